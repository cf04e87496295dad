#include "engine/composition/asset_cache.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <system_error>

#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRecords = "addresses";
constexpr const char* kContents = "contents";

// As WriteWholeFile, for a file that several processes may write at once.
Status WriteAmongOthers(const fs::path& file, std::string_view bytes) {
  static std::atomic<unsigned> count{0};
  const fs::path aside =
      file.parent_path() /
      (file.filename().string() + "." + std::to_string(::getpid()) + "-" + std::to_string(++count));
  HYPERLOCAL_TRY_STATUS(WriteWholeFile(aside, bytes));
  std::error_code ec;
  fs::rename(aside, file, ec);
  if (!ec) return Ok();
  std::error_code ignored;
  fs::remove(aside, ignored);
  return Error{ErrorCode::kIo, "cannot keep " + file.string() + ": " + ec.message()};
}

Result<RecordedAsset> Read(const fs::path& directory, const std::string& url) {
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(directory / kRecords / Sha256Hex(url)));
  HYPERLOCAL_TRY(const json record, ParseJson(text, "a record of the asset cache"));
  HYPERLOCAL_TRY(const JsonObject fields, JsonObject::Of(record, "a record of the asset cache"));
  HYPERLOCAL_TRY(const std::string kept_url, fields.Text("url"));
  HYPERLOCAL_TRY(const std::string digest, fields.Text("sha256"));
  RecordedAsset asset;
  HYPERLOCAL_TRY(asset.content_type, fields.Text("contentType"));
  if (kept_url != url || digest.find('/') != std::string::npos) {
    return Error{ErrorCode::kIo, "not the record of " + url};
  }
  HYPERLOCAL_TRY(asset.body, ReadWholeFile(directory / kContents / digest));
  if (Sha256Hex(asset.body) != digest) return Error{ErrorCode::kIo, "damaged: " + digest};
  return asset;
}

}  // namespace

fs::path AssetCache::DefaultDirectory() {
  const auto below = [](const fs::path& base) { return base / "hyperlocal" / "assets"; };
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return below(cache);
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return below(fs::path(home) / ".cache");
  }
  return {};
}

std::optional<RecordedAsset> AssetCache::Find(const std::string& url) const {
  if (directory_.empty()) return std::nullopt;
  auto asset = Read(directory_, url);
  if (!asset) return std::nullopt;
  return std::move(*asset);
}

Status AssetCache::Keep(const std::string& url, const RecordedAsset& asset) const {
  if (directory_.empty()) return Ok();
  for (const char* name : {kRecords, kContents}) {
    std::error_code ec;
    fs::create_directories(directory_ / name, ec);
    if (ec) {
      return Error{ErrorCode::kCannotWrite,
                   "cannot make " + (directory_ / name).string() + ": " + ec.message()};
    }
  }
  const std::string digest = Sha256Hex(asset.body);
  HYPERLOCAL_TRY_STATUS(WriteAmongOthers(directory_ / kContents / digest, asset.body));
  HYPERLOCAL_TRY(
      const std::string record,
      CanonicalJson(json{{"url", url}, {"contentType", asset.content_type}, {"sha256", digest}}));
  return WriteAmongOthers(directory_ / kRecords / Sha256Hex(url), record);
}

}  // namespace hyperlocal
