#include "engine/composition/recorded_assets.h"

#include <system_error>

#include <nlohmann/json.hpp>

#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal {

namespace fs = std::filesystem;
using nlohmann::json;

Result<RecordedAssets> RecordedAssets::Load(const fs::path& compiled) {
  RecordedAssets recorded;
  const fs::path directory = compiled / kDirectory;
  std::error_code ec;
  if (!fs::exists(directory / kIndex, ec)) return recorded;
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(directory / kIndex));
  HYPERLOCAL_TRY(const json index, ParseJson(text, kIndex));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(index, kIndex));
  HYPERLOCAL_TRY(recorded.replay_from_start, object.Boolean("replayFromStart"));
  const json* const entries = object.Find("assets");
  if (entries == nullptr || !entries->is_array()) return object.Bad("assets", "a list");
  for (const json& entry : *entries) {
    HYPERLOCAL_TRY(const JsonObject fields,
                   JsonObject::Of(entry, std::string(kIndex) + ": assets"));
    HYPERLOCAL_TRY(const std::string url, fields.Text("url"));
    HYPERLOCAL_TRY(const std::string digest, fields.Text("sha256"));
    RecordedAsset asset;
    HYPERLOCAL_TRY(asset.content_type, fields.Text("contentType"));
    auto body = ReadWholeFile(directory / digest);
    if (!body) {
      return Error{
          ErrorCode::kMissingPlanArtifact,
          "the recording of " + url + " is missing from the plan: " + body.error().message};
    }
    if (Sha256Hex(*body) != digest) {
      return Error{
          ErrorCode::kPlanArtifactDigestMismatch,
          "the recording of " + url + " in the plan is damaged: its content is not " + digest};
    }
    asset.body = std::move(*body);
    recorded.Add(url, std::move(asset));
  }
  return recorded;
}

const RecordedAsset* RecordedAssets::Find(const std::string& url) const {
  const auto found = assets_.find(url);
  return found == assets_.end() ? nullptr : &found->second;
}

std::string RecordedAssets::PathOf(const std::string& url) const {
  const RecordedAsset* asset = Find(url);
  return asset == nullptr ? "" : std::string(kDirectory) + "/" + Sha256Hex(asset->body);
}

Status RecordedAssets::Save(const fs::path& compiled) const {
  if (assets_.empty() && !replay_from_start) return Ok();
  const fs::path directory = compiled / kDirectory;
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (ec)
    return Error{ErrorCode::kCannotWrite,
                 "cannot make " + directory.string() + ": " + ec.message()};
  json entries = json::array();
  for (const auto& [url, asset] : assets_) {
    const std::string digest = Sha256Hex(asset.body);
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(directory / digest, asset.body));
    entries.push_back({{"url", url}, {"contentType", asset.content_type}, {"sha256", digest}});
  }
  HYPERLOCAL_TRY(const std::string text,
                 CanonicalJson(json{{"assets", entries}, {"replayFromStart", replay_from_start}}));
  return WriteWholeFile(directory / kIndex, text);
}

}  // namespace hyperlocal
