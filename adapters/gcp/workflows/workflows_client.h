#pragma once

#include <map>
#include <memory>
#include <string>

#include "adapters/gcp/workflows/api_options.h"
#include "adapters/gcp/workflows/execution.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal {

// A workflow as the management API describes it.
struct DeployedWorkflow {
  std::string name;
  std::string state;  // ACTIVE, UNAVAILABLE
  std::string revision;
  std::string source;
  std::string service_account;
  std::map<std::string, std::string> labels;
};

// The Workflows management API, or its emulator. Calls block; any number of threads; changes wait
// for their operation to be over. Errors as ExecutionsClient's; kInvalidWorkflow with the service's
// words for a definition that does not build.
class WorkflowsClient {
 public:
  static Result<std::unique_ptr<WorkflowsClient>> Create(ApiOptions options);
  ~WorkflowsClient();

  Result<DeployedWorkflow> Get(const WorkflowName& workflow, const CancellationToken& = {});

  struct Definition {
    std::string source;
    std::string service_account = {};  // empty: the project's default, or what it was
    std::map<std::string, std::string> labels = {};
  };
  // Makes the workflow have this definition: creates it, or changes what differs.
  Result<DeployedWorkflow> Deploy(const WorkflowName& workflow, const Definition& definition,
                                  const CancellationToken& = {});
  // One that is not there is no error.
  Status Delete(const WorkflowName& workflow, const CancellationToken& = {});

 private:
  struct Service;
  explicit WorkflowsClient(std::unique_ptr<Service> service);
  std::unique_ptr<Service> service_;
};

}  // namespace hyperlocal
