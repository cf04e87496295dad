#include "engine/composition/asset_recording.h"

#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* kIndex = RecordedAssets::kIndex;

Error Missing(const std::string& url, const std::string& why) {
  return Error{ErrorCode::kMissingPlanArtifact,
               "the recording of " + url + " is missing from the plan: " + why};
}

}  // namespace

Result<AssetRecording> AssetRecording::Open(const fs::path& compiled) {
  AssetRecording recording;
  recording.MoveTo(compiled);
  std::error_code ec;
  if (!fs::exists(recording.directory_ / kIndex, ec)) return recording;
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(recording.directory_ / kIndex));
  HYPERLOCAL_TRY(const json index, ParseJson(text, kIndex));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(index, kIndex));
  HYPERLOCAL_TRY(recording.replay_from_start_, object.Boolean("replayFromStart"));
  const json* const entries = object.Find("assets");
  if (entries == nullptr || !entries->is_array()) return object.Bad("assets", "a list");
  for (const json& entry : *entries) {
    HYPERLOCAL_TRY(const JsonObject fields,
                   JsonObject::Of(entry, std::string(kIndex) + ": assets"));
    HYPERLOCAL_TRY(const std::string url, fields.Text("url"));
    Entry recorded;
    HYPERLOCAL_TRY(recorded.digest, fields.Text("sha256"));
    HYPERLOCAL_TRY(recorded.content_type, fields.Text("contentType"));
    if (!fs::is_regular_file(recording.directory_ / recorded.digest, ec)) {
      return Missing(url, "it has no file " + recorded.digest);
    }
    recording.entries_.insert_or_assign(url, std::move(recorded));
  }
  return recording;
}

void AssetRecording::MoveTo(const fs::path& compiled) {
  directory_ = compiled / RecordedAssets::kDirectory;
}

Result<std::optional<RecordedAsset>> AssetRecording::Read(const std::string& url) const {
  const auto found = entries_.find(url);
  if (found == entries_.end()) return std::optional<RecordedAsset>();
  const Entry& entry = found->second;
  auto body = ReadWholeFile(directory_ / entry.digest);
  if (!body) return Missing(url, body.error().message);
  if (Sha256Hex(*body) != entry.digest) {
    return Error{
        ErrorCode::kPlanArtifactDigestMismatch,
        "the recording of " + url + " in the plan is damaged: its content is not " + entry.digest};
  }
  return std::optional(RecordedAsset{entry.content_type, std::move(*body)});
}

}  // namespace hyperlocal
