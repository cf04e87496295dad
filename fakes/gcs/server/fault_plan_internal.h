#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/server/fault_action_internal.h"

namespace hyperlocal::gcs {

// Which requests go wrong, and how: as a person wrote it.
struct FaultRule {
  std::string method;  // "storage.objects.get", "storage.objects.*", "*"
  std::string bucket;  // empty: any
  std::string prefix;  // of the object's name
  double probability = 1;
  FaultAction action;
  // `after_bytes` was a pair: each time some number from the first to the second.
  std::optional<std::uint64_t> after_bytes_most;
  std::uint64_t skip = 0;              // so many matching requests are left alone first
  std::optional<std::uint64_t> times;  // injected at most so often
  bool operator==(const FaultRule&) const = default;
};

// Faults at random, yet the same every time: whether a rule strikes at the n-th request that it
// matches follows from the plan's seed, the rule's place in it and n, and from nothing else.
//
//   {"seed": 7,
//    "rules": [
//      {"method": "storage.objects.get", "prefix": "renders/", "probability": 0.05,
//       "action": "reset", "after_bytes": [0, 1048576], "times": 20},
//      {"method": "storage.objects.insert", "action": "status", "status": 503, "skip": 2}]}
//
// Every rule counts every request that it matches, also one that an earlier rule has struck; the
// first rule that strikes is the one that is injected. Any number of threads.
class FaultPlan {
 public:
  struct Count {
    std::uint64_t matched = 0;   // requests that the rule is about
    std::uint64_t chosen = 0;    // of them, those that it struck
    std::uint64_t injected = 0;  // of them, those that got as far as `after_bytes`
  };
  struct Choice {
    std::size_t rule;
    FaultAction action;
  };

  // Errors: kInvalidJson with line and column; kBadRequest with the place ("rules[2].action") and
  // what may stand there.
  static Result<std::shared_ptr<FaultPlan>> Parse(std::string_view text);
  FaultPlan(std::uint64_t seed, std::vector<FaultRule> rules);

  // `brings_upload`: bytes of an object come with the request. Rules that harm an upload are about
  // no other.
  std::optional<Choice> Choose(std::string_view method, std::string_view bucket,
                               std::string_view object, bool brings_upload = false);
  void CountInjected(std::size_t rule);

  std::uint64_t seed() const { return seed_; }
  const std::vector<FaultRule>& rules() const { return rules_; }
  Count CountOf(std::size_t rule) const;

 private:
  const std::uint64_t seed_;
  const std::vector<FaultRule> rules_;
  mutable std::mutex mutex_;
  std::vector<Count> counts_;  // guarded by mutex_
};

// "status", "reset", "close", "stall", "corrupt", "corrupt-upload", "truncate-upload": the `action`
// of a rule.
std::string_view FaultActionName(FaultKind kind);

}  // namespace hyperlocal::gcs
