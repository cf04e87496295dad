#include "orchestrator/run/step_observer.h"

#include <array>

namespace hyperlocal::workflow {

std::string_view StepTypeName(StepType type) {
  constexpr std::array<std::string_view, 18> kNames{
      "STEP_ASSIGN",
      "STEP_STD_LIB_CALL",
      "STEP_CONNECTOR_CALL",
      "STEP_SUBWORKFLOW_CALL",
      "STEP_SWITCH",
      "STEP_FOR",
      "STEP_FOR_ITERATION",
      "STEP_PARALLEL_FOR",
      "STEP_PARALLEL_BRANCH",
      "STEP_PARALLEL_BRANCH_ENTRY",
      "STEP_TRY_RETRY_EXCEPT",
      "STEP_TRY",
      "STEP_RETRY",
      "STEP_EXCEPT",
      "STEP_RETURN",
      "STEP_RAISE",
      "STEP_GOTO",
      "STEP_TYPE_UNSPECIFIED",
  };
  static_assert(kNames.size() == static_cast<std::size_t>(StepType::kBlock) + 1);
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view StepStateName(StepState state) {
  constexpr std::array<std::string_view, 3> kNames{"STATE_IN_PROGRESS", "STATE_SUCCEEDED",
                                                   "STATE_FAILED"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace hyperlocal::workflow
