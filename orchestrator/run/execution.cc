#include "orchestrator/run/execution.h"

#include <array>
#include <utility>

#include "orchestrator/run/execution_data_internal.h"
#include "orchestrator/run/machine_internal.h"

namespace hyperlocal::workflow {

std::string_view ExecutionStateName(ExecutionState state) {
  constexpr std::array<std::string_view, 4> kNames{"ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED"};
  return kNames[static_cast<std::size_t>(state)];
}

Execution::Execution(std::unique_ptr<ExecutionData> data) : data_(std::move(data)) {}
Execution::Execution(const Execution& other)
    : data_(std::make_unique<ExecutionData>(*other.data_)) {}
Execution::Execution(Execution&& other) noexcept = default;
Execution& Execution::operator=(const Execution& other) {
  if (this != &other) data_ = std::make_unique<ExecutionData>(*other.data_);
  return *this;
}
Execution& Execution::operator=(Execution&& other) noexcept = default;
Execution::~Execution() = default;

Execution Execution::Begin(std::shared_ptr<const Program> program, Value argument,
                           ExecutionOptions options) {
  auto data = std::make_unique<ExecutionData>();
  data->program = std::move(program);
  data->random_state = options.random_seed;
  data->options = std::move(options);
  data->argument = std::move(argument);
  return Execution(std::move(data));
}

ExecutionState Execution::state() const {
  return data_->state;
}
const Value& Execution::result() const {
  return data_->result;
}
const ExecutionFailure& Execution::failure() const {
  return data_->failure;
}
std::uint64_t Execution::steps() const {
  return data_->steps;
}
std::uint64_t Execution::variable_bytes() const {
  return data_->variable_bytes;
}
const std::shared_ptr<const Program>& Execution::program() const {
  return data_->program;
}

std::vector<CurrentStep> Execution::CurrentSteps() const {
  std::vector<CurrentStep> steps;
  for (const auto& [id, fiber] : data_->fibers) {
    if (fiber.state == Fiber::State::kParallel || fiber.pc == 0) continue;
    const Program& program = *data_->program;
    const Site& site = program.sites[program.code[fiber.pc - 1].site];
    const RoutineCode& routine = program.routines[site.routine];
    steps.push_back({.routine = routine.name,
                     .step = site.step == kNoStep ? "" : routine.steps[site.step].name});
  }
  return steps;
}

std::vector<Effect> Execution::PendingEffects() const {
  std::map<std::uint64_t, Effect> by_id;
  for (const auto& [id, fiber] : data_->fibers) {
    if (fiber.effect) by_id.emplace(fiber.effect->id, *fiber.effect);
  }
  std::vector<Effect> effects;
  effects.reserve(by_id.size());
  for (auto& [id, effect] : by_id) effects.push_back(std::move(effect));
  return effects;
}

std::vector<Execution::Callback> Execution::Callbacks() const {
  std::vector<Callback> callbacks;
  for (const auto& [id, callback] : data_->callbacks) {
    bool awaited = false;
    for (const auto& [fiber_id, fiber] : data_->fibers) {
      const auto* const await =
          fiber.effect ? std::get_if<AwaitCallback>(&fiber.effect->what) : nullptr;
      awaited = awaited || (await != nullptr && await->callback == id);
    }
    callbacks.push_back({.id = id, .method = callback.method, .awaited = awaited});
  }
  return callbacks;
}

Progress Advance(Execution& execution, Event event, StepObserver* observer) {
  Progress progress;
  Machine(ExecutionAccess::Of(execution), observer, progress).Take(std::move(event));
  if (execution.state() != ExecutionState::kActive) progress.effects.clear();
  return progress;
}

}  // namespace hyperlocal::workflow
