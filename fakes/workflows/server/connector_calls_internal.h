#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/clock.h"
#include "engine/http_caller.h"
#include "fakes/workflows/server/workflows_server.h"
#include "orchestrator/run/host.h"

namespace hyperlocal::workflows {

class ExecutionHost;
class WorkflowStore;

// Performs the connectors of executions: storage and run over HTTP at the addresses of the options,
// workflowexecutions here. Calls are effects like any other: they are made again after a restart
// when their answer was not stored. An execution that a connector began is found again then.
class ConnectorCalls final : public workflow::Connectors {
 public:
  // All must outlive this, and `options` the answers.
  ConnectorCalls(const WorkflowsServerOptions& options, WorkflowStore& store, HttpCaller& http,
                 Clock& clock);
  ~ConnectorCalls() override;

  // Before the first call.
  void Serve(ExecutionHost& host, std::string base_url);

  void Start(std::string key, workflow::ConnectorCall call,
             std::function<void(workflow::Raising<workflow::Value>)> done) override;

 private:
  struct Reach;
  std::shared_ptr<Reach> reach_;
};

}  // namespace hyperlocal::workflows
