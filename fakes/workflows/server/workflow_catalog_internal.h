#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/workflows/server/resource_name_internal.h"
#include "fakes/workflows/store/workflow_store.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflows {

// Creates and changes workflows: what a deployment does. Any thread.
class WorkflowCatalog {
 public:
  WorkflowCatalog(WorkflowStore& store, std::function<TimePoint()> now)
      : store_(store), now_(std::move(now)) {}

  // `resource`: the Workflow as the API has it. Errors: kInvalidWorkflow with the words of a
  // deployment for every problem, kConflict, kBadRequest naming a field.
  Result<WorkflowRecord> Create(const WorkflowName& name, const workflow::ValueMap& resource);
  // Changes the fields of `mask` ("sourceContents" or "source_contents"; empty: those that are
  // given). A new revision is made when source, service account or variables differ.
  Result<WorkflowRecord> Update(const WorkflowName& name, const workflow::ValueMap& resource,
                                const std::vector<std::string>& mask);

 private:
  WorkflowStore& store_;
  std::function<TimePoint()> now_;
};

// The Workflow as the API shows it.
workflow::Value WorkflowResource(const WorkflowRecord& workflow, const RevisionRecord& revision);

}  // namespace hyperlocal::workflows
