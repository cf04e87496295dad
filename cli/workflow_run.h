#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/cancellation.h"
#include "engine/http_caller.h"
#include "orchestrator/run/execution.h"
#include "orchestrator/run/step_observer.h"
#include "orchestrator/syntax/definition.h"

namespace hyperlocal::cli {

// A step that an execution went through, for a timeline.
struct TimedStep {
  std::string name;
  std::string routine;
  workflow::StepType type = workflow::StepType::kAssign;
  std::uint32_t line = 0;
  std::uint32_t thread = 0;
  std::uint64_t number = 0;
  std::chrono::system_clock::time_point start;
  std::optional<std::chrono::system_clock::time_point> end;  // absent: it was never over
  bool failed = false;
};

struct WorkflowRun {
  workflow::Execution execution;  // over
  std::vector<TimedStep> steps;   // with `record_steps`, in the order of their beginnings
};

struct WorkflowRunOptions {
  bool virtual_time = false;  // waiting takes no time while no call is under way
  bool record_steps = false;
  std::function<void(const workflow::LogEntry&)> on_log;  // what sys.log says
  CancellationToken cancelled;
};

// Runs a definition to its end in this thread; calls go out over `http`, those with `auth` without
// a token.
WorkflowRun RunDefinition(const std::shared_ptr<const workflow::Definition>& definition,
                          workflow::Value argument, HttpCaller& http,
                          const WorkflowRunOptions& options);

// The steps as a Chrome trace (chrome://tracing, ui.perfetto.dev): microseconds from the first.
std::string ChromeTrace(const std::vector<TimedStep>& steps);

}  // namespace hyperlocal::cli
