#include "engine/composition/asset_lock.h"

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;

}  // namespace

Result<std::optional<AssetLock>> AssetLock::Load(const fs::path& project) {
  std::error_code ec;
  if (!fs::exists(project / kFile, ec)) return std::optional<AssetLock>();
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(project / kFile));
  HYPERLOCAL_TRY(const json document, ParseJson(text, kFile));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(document, kFile));
  HYPERLOCAL_TRY(const int version, object.Int("version", 1));
  if (version != kVersion) return object.Bad("version", std::to_string(kVersion));
  const json* const assets = object.Find("assets");
  if (assets == nullptr || !assets->is_object()) return object.Bad("assets", "an object");
  AssetLock lock;
  for (const auto& [url, value] : assets->items()) {
    HYPERLOCAL_TRY(const JsonObject fields,
                   JsonObject::Of(value, std::string(kFile) + ": assets[\"" + url + "\"]"));
    LockedAsset& asset = lock.assets[url];
    HYPERLOCAL_TRY(asset.sha256, fields.Text("sha256"));
    HYPERLOCAL_TRY(asset.content_type, fields.Text("contentType"));
    HYPERLOCAL_TRY(asset.size, fields.Integer("size", 0));
  }
  return std::optional(std::move(lock));
}

Status AssetLock::Save(const fs::path& project) const {
  nlohmann::ordered_json entries = nlohmann::ordered_json::object();
  for (const auto& [url, asset] : assets) {
    entries[url] = {
        {"sha256", asset.sha256}, {"contentType", asset.content_type}, {"size", asset.size}};
  }
  HYPERLOCAL_TRY(const std::string text, PrettyJson({{"version", kVersion}, {"assets", entries}}));
  return WriteWholeFile(project / kFile, text + "\n");
}

}  // namespace hyperlocal
