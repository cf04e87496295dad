#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "orchestrator/check/check_definition.h"
#include "orchestrator/graph/step_graph.h"

// Any bytes are a definition, or problems with places in them; never both or neither. What is
// accepted has every name resolved to something that is there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal::workflow;
  const std::string source(reinterpret_cast<const char*>(data), size);
  const CheckOutcome outcome = CheckDefinition(source, "w", {.iterations = 1000});
  if ((outcome.definition == nullptr) != HasErrors(outcome.problems)) std::abort();
  for (std::size_t i = 0; i < outcome.problems.size() && i < 20; ++i) {
    const Problem& problem = outcome.problems[i];
    if (problem.message.empty() || problem.span.offset > size) std::abort();
    if (DescribeProblem(problem, "w", source).empty()) std::abort();
  }
  if (outcome.definition == nullptr) return 0;
  for (const Routine& routine : outcome.definition->routines) {
    for (const Step& step : routine.all_steps) {
      if (step.context >= routine.contexts.size()) std::abort();
      if (step.continuation.kind == Continuation::Kind::kStep &&
          step.continuation.step >= routine.all_steps.size()) {
        std::abort();
      }
      const auto* const call = std::get_if<CallStep>(&step.action);
      if (call != nullptr && call->target.kind == CallTarget::Kind::kUnresolved) std::abort();
    }
  }
  if (StepGraph(*outcome.definition, GraphFormat::kMermaid).empty()) std::abort();
  return 0;
}
