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
  kKill,       // the instance is killed when it has the request, or a time or a frame later: 503
  kDuplicate,  // the service gets it twice, one after the other; the second answer counts
  kFullDisk,   // so many bytes can still be written where the instance works
};

// Of whole numbers, both ends among it. A rule draws from it by the plan's seed.
struct HostFaultRange {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  bool operator==(const HostFaultRange&) const = default;
};

struct HostFaultRule {
  std::string method;  // empty: any
  std::string path;    // the whole path, or its beginning and a *; empty: any
  std::string action;  // the Action of the request's JSON body; empty: any
  double probability = 1;
  HostFaultKind fault = HostFaultKind::kStatus;
  int status = 0;
  std::chrono::milliseconds delay{};
  // Of a kill, at most one of the two: milliseconds after the instance has the whole request; the
  // frame that it reports. Neither: at once.
  std::optional<HostFaultRange> after_ms;
  std::optional<HostFaultRange> at_frame;
  HostFaultRange free_bytes;           // of a full disk
  bool where_possible = false;         // of a full disk: no error where disks cannot be made
  std::uint64_t skip = 0;              // so many matching requests are left alone first
  std::optional<std::uint64_t> times;  // injected at most so often
  bool operator==(const HostFaultRule&) const = default;
};

// What is to happen to one request: a rule, and what it drew.
struct HostFault {
  HostFaultRule rule;
  std::size_t place = 0;  // of the rule in its plan
  std::optional<std::chrono::milliseconds> kill_after;
  std::optional<std::uint64_t> kill_at_frame;
  std::uint64_t free_bytes = 0;
};

// Faults at random, yet the same every time: whether a rule strikes at the n-th request that it
// matches follows from the plan's seed, the rule's place in it and n, and from nothing else.
//
//   {"seed": 7,
//    "rules": [{"action": "renderChunk", "probability": 0.1, "fault": "kill", "times": 3},
//              {"action": "renderChunk", "fault": "kill", "at_frame": [1, 30]},
//              {"path": "/*", "fault": "status", "status": 429, "skip": 2}]}
//
// Every rule counts every request that it matches, also one that an earlier rule has struck; the
// first rule that strikes is the one that is injected. Any number of threads.
class HostFaultPlan {
 public:
  struct Count {
    std::uint64_t matched = 0;
    std::uint64_t injected = 0;  // chosen
    std::uint64_t missed = 0;    // of these: the request was over before it could strike
  };

  // Errors: kInvalidJson with line and column; kBadRequest with the place ("rules[2].fault") and
  // what may stand there.
  static Result<std::shared_ptr<HostFaultPlan>> Parse(std::string_view text);
  HostFaultPlan(std::uint64_t seed, std::vector<HostFaultRule> rules);

  // The fault of a request. `action` is empty when the body has none.
  std::optional<HostFault> Choose(std::string_view method, std::string_view path,
                                  std::string_view action);
  // A chosen fault did not strike.
  void Missed(const HostFault& fault);
  // Whether a rule asks for an action, so that the body must be looked at.
  bool wants_action() const { return wants_action_; }
  // Whether a rule fills disks; `must`: one that does not say "where_possible".
  bool wants_disks() const;
  bool must_have_disks() const;

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
