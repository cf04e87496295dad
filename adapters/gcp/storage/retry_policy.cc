#include "adapters/gcp/storage/retry_policy.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <random>
#include <string_view>
#include <system_error>
#include <thread>

#include <fmt/format.h>

namespace hyperlocal {

using namespace std::chrono_literals;

namespace {

// "Wed, 21 Oct 2015 07:28:00 GMT" (RFC 9110 section 5.6.7), in seconds since 1970.
std::optional<std::time_t> ParseHttpDate(std::string_view text) {
  std::tm date{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&date);
}

}  // namespace

std::chrono::milliseconds LongestPause(const RetryPolicy& policy, int n) {
  return std::min<std::chrono::milliseconds>(
      policy.longest_pause, policy.first_pause * (std::int64_t{1} << std::clamp(n, 0, 30)));
}

bool SaysNotNow(int status) {
  return status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505);
}

std::optional<std::chrono::milliseconds> RetryAfter(const HttpHeaders& headers) {
  const std::string_view text = headers.Get("retry-after");
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure != std::errc() || end != text.data() + text.size()) {
    const std::optional<std::time_t> then = ParseHttpDate(text);
    const std::optional<std::time_t> now = ParseHttpDate(headers.Get("date"));
    if (!then || !now) return std::nullopt;
    seconds = static_cast<std::int64_t>(*then - *now);
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 86400));
}

std::string NewUuid() {
  std::random_device device;
  std::uint32_t words[4];
  for (std::uint32_t& word : words) word = device();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:04x}{:08x}", words[0], words[1] >> 16,
                     words[1] & 0xFFF, 8 + (words[2] >> 30), words[2] >> 16 & 0xFFF,
                     words[2] & 0xFFFF, words[3]);
}

RetryClock::TimePoint SteadyRetryClock::Now() {
  return std::chrono::steady_clock::now();
}

void SteadyRetryClock::Sleep(std::chrono::milliseconds duration,
                             const CancellationToken& cancelled) {
  const TimePoint end = Now() + duration;
  for (TimePoint now = Now(); now < end && !cancelled.cancelled(); now = Now()) {
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(end - now, 50ms));
  }
}

}  // namespace hyperlocal
