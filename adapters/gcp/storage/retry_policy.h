#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/cancellation.h"
#include "engine/http/http_message.h"

namespace hyperlocal {

// How often, and after what pauses, a request is repeated that failed for now. The pause before
// repetition n (from 0) is drawn evenly from 0 to min(longest_pause, first_pause * 2^n): full
// jitter, so that clients that failed together do not come back together. A service that says
// Retry-After is waited for at least so long.
struct RetryPolicy {
  int max_attempts = 8;  // without progress: bytes that arrived begin the count anew
  std::chrono::milliseconds first_pause = std::chrono::seconds(1);
  std::chrono::milliseconds longest_pause = std::chrono::seconds(32);
  std::uint64_t seed = 0;  // of the draws; 0: another one every time
};

// The longest pause before repetition `n`, from 0.
std::chrono::milliseconds LongestPause(const RetryPolicy& policy, int n);

// Whether an answer of that status says "not now", and not "never".
bool SaysNotNow(int status);
// What Retry-After asks for: seconds, or a date, which is measured from the answer's own so that
// clocks need not agree. At most a day.
std::optional<std::chrono::milliseconds> RetryAfter(const HttpHeaders& headers);

// A new version-4 UUID, of the system's randomness: whatever the seed, two programs must not take
// each other's requests for their own.
std::string NewUuid();

// The time that deadlines and pauses go by. An interface so that a test's time can jump. Any number
// of threads.
class RetryClock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  virtual ~RetryClock() = default;
  virtual TimePoint Now() = 0;
  // Returns early, within about 50 ms, when `cancelled` is.
  virtual void Sleep(std::chrono::milliseconds duration, const CancellationToken& cancelled) = 0;
};

class SteadyRetryClock : public RetryClock {
 public:
  TimePoint Now() override;
  void Sleep(std::chrono::milliseconds duration, const CancellationToken& cancelled) override;
};

}  // namespace hyperlocal
