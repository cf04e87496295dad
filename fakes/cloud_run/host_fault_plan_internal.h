#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::cloud_run {

enum class HostFaultKind {
  kStatus,     // the edge answers with it; the service never sees the request
  kReset,      // the connection is reset; the service never sees the request
  kDelay,      // the request waits before it goes on
  kKill,       // the instance is killed when it has the request: 503
  kDuplicate,  // the service gets it twice, one after the other; the second answer counts
};

struct HostFaultRule {
  std::string method;  // empty: any
  std::string path;    // the whole path, or its beginning and a *; empty: any
  std::string action;  // the Action of the request's JSON body; empty: any
  double probability = 1;
  HostFaultKind fault = HostFaultKind::kStatus;
  int status = 0;
  std::chrono::milliseconds delay{};
  std::uint64_t skip = 0;              // so many matching requests are left alone first
  std::optional<std::uint64_t> times;  // injected at most so often
  bool operator==(const HostFaultRule&) const = default;
};

// Faults at random, yet the same every time: whether a rule strikes at the n-th request that it
// matches follows from the plan's seed, the rule's place in it and n, and from nothing else.
//
//   {"seed": 7,
//    "rules": [{"action": "renderChunk", "probability": 0.1, "fault": "kill", "times": 3},
//              {"path": "/*", "fault": "status", "status": 429, "skip": 2}]}
//
// Every rule counts every request that it matches, also one that an earlier rule has struck; the
// first rule that strikes is the one that is injected. Any number of threads.
class HostFaultPlan {
 public:
  struct Count {
    std::uint64_t matched = 0;
    std::uint64_t injected = 0;
  };

  // Errors: kInvalidJson with line and column; kBadRequest with the place ("rules[2].fault") and
  // what may stand there.
  static Result<std::shared_ptr<HostFaultPlan>> Parse(std::string_view text);
  HostFaultPlan(std::uint64_t seed, std::vector<HostFaultRule> rules);

  // The fault of a request. `action` is empty when the body has none.
  std::optional<HostFaultRule> Choose(std::string_view method, std::string_view path,
                                      std::string_view action);
  // Whether a rule asks for an action, so that the body must be looked at.
  bool wants_action() const { return wants_action_; }

  const std::vector<HostFaultRule>& rules() const { return rules_; }
  std::uint64_t seed() const { return seed_; }
  // {"seed":7,"rules":[{"fault":"kill",…,"matched":12,"injected":3}]}
  std::string CountsJson() const;

 private:
  const std::uint64_t seed_;
  const std::vector<HostFaultRule> rules_;
  const bool wants_action_;
  mutable std::mutex mutex_;
  std::vector<Count> counts_;  // guarded by mutex_
};

// The Action of a body of the render service: a member of the object, or of one that up to four
// Payload or Input members lead to. Empty: there is none.
std::string ActionOf(std::string_view body);

}  // namespace hyperlocal::cloud_run
