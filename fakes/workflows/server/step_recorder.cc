#include <algorithm>
#include <iterator>
#include <utility>

#include "fakes/workflows/server/step_recorder_internal.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflows {

void StepRecorder::OnStepStarted(const workflow::StepEntry& entry) {
  StepEntryRecord record;
  record.id = static_cast<std::int64_t>(entry.id);
  record.parent = static_cast<std::int64_t>(entry.parent);
  record.routine = entry.routine;
  record.step = entry.step;
  record.type = static_cast<std::uint8_t>(entry.type);
  record.state = static_cast<std::uint8_t>(workflow::StepState::kInProgress);
  record.thread = entry.thread;
  record.number = static_cast<std::int64_t>(entry.number);
  if (entry.expected) record.expected = static_cast<std::int64_t>(*entry.expected);
  record.created = entry.time;
  record.updated = entry.time;
  begun_.push_back(std::move(record));
}

void StepRecorder::OnStepFinished(std::uint64_t id, workflow::StepState state,
                                  const workflow::Value* exception,
                                  std::chrono::system_clock::time_point time) {
  std::string raised;
  if (exception != nullptr) {
    Result<std::string> text = workflow::JsonText(*exception);
    raised = text ? *std::move(text) : workflow::JsonString(text.error().message);
  }
  const auto found = std::lower_bound(
      begun_.begin(), begun_.end(), static_cast<std::int64_t>(id),
      [](const StepEntryRecord& record, std::int64_t wanted) { return record.id < wanted; });
  if (found == begun_.end() || found->id != static_cast<std::int64_t>(id)) {
    finished_.push_back({.id = static_cast<std::int64_t>(id),
                         .state = static_cast<std::uint8_t>(state),
                         .time = time,
                         .exception = std::move(raised)});
    return;
  }
  found->state = static_cast<std::uint8_t>(state);
  found->updated = time;
  found->exception = std::move(raised);
}

void StepRecorder::MoveTo(ExecutionProgress& progress) {
  std::move(begun_.begin(), begun_.end(), std::back_inserter(progress.begun));
  std::move(finished_.begin(), finished_.end(), std::back_inserter(progress.finished));
  begun_ = {};
  finished_ = {};
}

}  // namespace hyperlocal::workflows
