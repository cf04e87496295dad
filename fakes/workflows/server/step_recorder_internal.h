#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fakes/workflows/store/workflow_records.h"
#include "orchestrator/run/step_observer.h"

namespace hyperlocal::workflows {

// Collects what the steps of one execution do between two savings of it. From the thread that runs
// executions.
class StepRecorder final : public workflow::StepObserver {
 public:
  void OnStepStarted(const workflow::StepEntry& entry) override;
  void OnStepFinished(std::uint64_t id, workflow::StepState state, const workflow::Value* exception,
                      std::chrono::system_clock::time_point time) override;

  // Adds what was collected to `progress`.
  void MoveTo(ExecutionProgress& progress);

 private:
  std::vector<StepEntryRecord> begun_;  // by rising ids
  std::vector<ExecutionProgress::Ended> finished_;
};

}  // namespace hyperlocal::workflows
