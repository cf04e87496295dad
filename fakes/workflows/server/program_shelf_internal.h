#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "engine/error/result.h"
#include "fakes/workflows/store/workflow_store.h"
#include "orchestrator/run/program.h"

namespace hyperlocal::workflows {

// Compiled revisions, so that a workflow is not read anew for every execution. Any thread.
class ProgramShelf {
 public:
  explicit ProgramShelf(WorkflowStore& store) : store_(store) {}

  // Errors: kInvalidWorkflow when this program would not deploy what another one did.
  Result<std::shared_ptr<const workflow::Program>> Find(std::int64_t workflow,
                                                        std::int64_t revision);

 private:
  WorkflowStore& store_;
  std::mutex mutex_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::shared_ptr<const workflow::Program>>
      programs_;
};

}  // namespace hyperlocal::workflows
