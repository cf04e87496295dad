#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/server/fault_action_internal.h"
#include "fakes/gcs/server/fault_plan_internal.h"
#include "fakes/gcs/server/gcs_call_internal.h"
#include "fakes/gcs/server/retry_test_registry_internal.h"

namespace hyperlocal::gcs {

// The one place where requests go wrong on purpose. Whichever of these asks for a fault first has
// it: the request's `x-retry-test-id`, its `x-goog-emulator-instructions` (or the older
// `x-goog-testbench-instructions`), the server's fault plan. A request meets one fault at most, and
// an instruction of a retry test is used up only when its fault is reached. Any number of threads.
class FaultInjector {
 public:
  // Answers the call by `handler`, and harms the request or the answer on the way.
  void Around(GcsCall& call, GcsHandler handler);

  // Null: no plan.
  void SetPlan(std::shared_ptr<FaultPlan> plan);
  std::shared_ptr<FaultPlan> plan() const;
  RetryTestRegistry& retry_tests() { return retry_tests_; }
  // The plan, the counts of each of its rules, of instruction headers and of retry tests, as JSON.
  std::string CountsJson() const;

 private:
  struct Fault {
    FaultAction action;
    std::function<bool()> claim;  // at the fault: whether it is still to be injected
    std::string name;             // for messages: "retry test return-503"
  };

  Result<std::optional<Fault>> Choose(GcsCall& call);
  void Inject(GcsCall& call, GcsHandler handler, const Fault& fault);
  void HarmAnswer(GcsCall& call, const Fault& fault);

  RetryTestRegistry retry_tests_;
  std::atomic<bool> has_plan_ = false;
  mutable std::mutex mutex_;
  std::shared_ptr<FaultPlan> plan_;                                   // guarded by mutex_
  std::map<std::string, std::uint64_t, std::less<>> by_instruction_;  // guarded by mutex_
};

}  // namespace hyperlocal::gcs
