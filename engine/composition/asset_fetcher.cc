#include "engine/composition/asset_fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/composition/google_fonts.h"

namespace hyperlocal {
namespace {

constexpr int kMostRedirections = 8;
constexpr int kAttempts = 3;
constexpr std::size_t kMostBytes = std::size_t{512} << 20;
// Font services answer by what the browser says it is: this one gets what Chrome would.
constexpr const char* kUserAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36";

// Where the answer arrives; shared with a call that may outlive who waits for it.
struct Arrival {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<HttpOutcome> outcome;
};

// The absolute form of what a Location says.
std::string Resolve(const std::string& base, const std::string& location) {
  if (location.starts_with("http://") || location.starts_with("https://")) return location;
  const std::size_t host = base.find("://") + 3;
  if (location.starts_with("//")) return base.substr(0, host - 2) + location;
  const std::size_t path = std::min(base.find_first_of("/?#", host), base.size());
  if (location.starts_with('/')) return base.substr(0, path) + location;
  const std::string file = base.substr(0, base.find_first_of("?#", path));
  const std::size_t folder = file.rfind('/');
  return folder == std::string::npos || folder < host ? file + "/" + location
                                                      : file.substr(0, folder + 1) + location;
}

bool IsRedirection(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}
bool MayPass(int status) {
  return status == 408 || status == 429 || status >= 500;
}

Error Unavailable(const std::string& url, const std::string& why, bool may_pass) {
  const ErrorCode code = !IsWebFontAddress(url) ? ErrorCode::kAssetUnavailable
                         : may_pass             ? ErrorCode::kFontFetchUnavailable
                                                : ErrorCode::kFontFetchFailed;
  return Error{code, url + ": " + why};
}

}  // namespace

Result<RecordedAsset> AssetFetcher::Fetch(const std::string& url) {
  std::string address = url.substr(0, url.find('#'));
  int redirections = 0;
  for (int attempt = 1;;) {
    HttpCall call;
    call.method = "GET";
    call.url = address;
    call.headers = {{"User-Agent", kUserAgent}, {"Accept", "*/*"}, {"Accept-Encoding", "identity"}};
    call.timeout = std::chrono::minutes(2);
    call.max_reply_bytes = kMostBytes;
    const auto arrival = std::make_shared<Arrival>();
    caller_.Start(std::move(call), [arrival](HttpOutcome outcome) {
      const std::lock_guard lock(arrival->mutex);
      arrival->outcome = std::move(outcome);
      arrival->changed.notify_all();
    });
    std::unique_lock lock(arrival->mutex);
    while (!arrival->outcome) {
      arrival->changed.wait_for(lock, std::chrono::milliseconds(100));
      if (cancel_.cancelled()) return Error{ErrorCode::kCancelled, "stopped while fetching " + url};
    }
    if (const auto* failure = std::get_if<HttpCallFailure>(&*arrival->outcome)) {
      const bool may_pass = failure->kind != HttpCallFailure::Kind::kReplyTooLarge;
      if (!may_pass || ++attempt > kAttempts) return Unavailable(url, failure->message, may_pass);
      continue;
    }
    HttpReply& reply = std::get<HttpReply>(*arrival->outcome);
    if (IsRedirection(reply.status) && reply.headers.Has("Location")) {
      if (++redirections > kMostRedirections) {
        return Unavailable(url, "redirected too often", false);
      }
      address = Resolve(address, std::string(reply.headers.Get("Location")));
      continue;
    }
    if (reply.status == 200) {
      std::string type(reply.headers.Get("Content-Type"));
      if (type.empty()) type = "application/octet-stream";
      return RecordedAsset{std::move(type), std::move(reply.body)};
    }
    if (MayPass(reply.status) && ++attempt <= kAttempts) continue;
    return Unavailable(url, fmt::format("the server answers {}", reply.status),
                       MayPass(reply.status));
  }
}

}  // namespace hyperlocal
