#include "adapters/gcp/storage/storage_endpoint.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "engine/http/http_message.h"
#include "engine/http/http_url.h"

namespace hyperlocal {

Result<StorageEndpoint> StorageEndpoint::Resolve(std::string_view text) {
  std::string given(text);
  std::string_view origin_of_text = "the storage endpoint";
  if (given.empty()) {
    if (const char* const emulator = std::getenv("STORAGE_EMULATOR_HOST"); emulator != nullptr) {
      given = emulator;
      origin_of_text = "STORAGE_EMULATOR_HOST";
    }
  }
  if (given.empty()) given = "https://storage.googleapis.com";
  if (given.find("://") == std::string::npos) given.insert(0, "http://");
  const Result<HttpUrl> url = ParseHttpUrl(given);
  if (!url) {
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("{}: {}", origin_of_text, url.error().message)};
  }
  if (!url->userinfo.empty() || url->target.find('?') != std::string::npos) {
    return Error{
        ErrorCode::kInvalidConfig,
        fmt::format("{} ({}) must be a host, a port and perhaps a path, without a password "
                    "or a query",
                    origin_of_text, url->origin())};
  }
  std::string path = url->target;
  while (path.ends_with('/')) path.pop_back();
  constexpr std::string_view kApi = "/storage/v1";
  if (path.ends_with(kApi)) path.resize(path.size() - kApi.size());
  while (path.ends_with('/')) path.pop_back();
  return StorageEndpoint(url->origin() + path, url->origin());
}

std::string StorageEndpoint::Bucket(std::string_view bucket) const {
  return base_ + "/storage/v1/b/" + PercentEncode(bucket);
}

std::string StorageEndpoint::Object(std::string_view bucket, std::string_view name) const {
  return Bucket(bucket) + "/o/" + PercentEncode(name);
}

std::string StorageEndpoint::Upload(std::string_view bucket) const {
  return base_ + "/upload/storage/v1/b/" + PercentEncode(bucket) + "/o";
}

}  // namespace hyperlocal
