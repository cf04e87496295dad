#include "engine/composition/recorded_assets.h"

#include <system_error>

#include <nlohmann/json.hpp>

#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {

namespace fs = std::filesystem;
using nlohmann::json;

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
