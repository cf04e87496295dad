#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal {

struct IssuedToken {
  std::string text;
  std::chrono::system_clock::time_point expires;
};

// One token, renewed before it expires. Any number of threads.
class RenewedToken {
 public:
  using TimePoint = std::chrono::system_clock::time_point;
  using Issue = std::function<Result<IssuedToken>()>;

  // A token with less left than that is renewed: it has to outlive the request that it goes with,
  // and the next attempts to renew it.
  static constexpr std::chrono::seconds kRenewBefore{225};

  RenewedToken(Issue issue, std::function<TimePoint()> now)
      : issue_(std::move(issue)), now_(std::move(now)) {}

  // A token that is good now. One caller asks the issuer, others wait for its answer; while the old
  // token is good they do not even wait. Error: the issuer's.
  Result<std::string> Get();

 private:
  const Issue issue_;
  const std::function<TimePoint()> now_;
  std::mutex mutex_;  // guards what follows; not held while the issuer is asked
  std::condition_variable changed_;
  std::optional<IssuedToken> token_;
  bool being_issued_ = false;
  std::uint64_t answers_ = 0;   // of the issuer, so far
  std::optional<Error> error_;  // its last answer, if that was one
};

}  // namespace hyperlocal
