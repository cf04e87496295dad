#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gcp/workflows/api_options.h"
#include "adapters/gcp/workflows/execution.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal {

// The Workflow Executions API, or its emulator. Calls block; any number of threads. A call has one
// id, which all its requests carry (x-goog-api-client, gccl-invocation-id), and is repeated with
// back-off where that is safe.
//
// Errors of every call: kNotFound, kPermission, kBadRequest, kConflict, kPreconditionFailed,
// kRetriesExhausted (the service stayed unavailable), kTimeout, kCancelled, kIo (an answer that
// makes no sense). Messages hold no credentials.
class ExecutionsClient {
 public:
  // Error: kInvalidConfig.
  static Result<std::unique_ptr<ExecutionsClient>> Create(ApiOptions options);
  ~ExecutionsClient();

  struct NewExecution {
    std::string argument;  // JSON
    std::map<std::string, std::string> labels = {};
    std::string call_log_level = {};           // "LOG_ALL_CALLS"; empty: the workflow's
    std::string execution_history_level = {};  // "EXECUTION_HISTORY_BASIC"; empty: the workflow's
  };
  // Starts one, and not two: the API has no request id, so the execution bears one of ours as the
  // label hyperlocal-request, and when it is not known whether a request had its effect, the
  // executions of the last minutes are looked through for it before there is another request.
  Result<WorkflowExecution> Start(const WorkflowName& workflow, const NewExecution& execution,
                                  const CancellationToken& cancelled = {});

  Result<WorkflowExecution> Get(std::string_view name, const CancellationToken& cancelled = {});
  // Idempotent: one that is over already is returned as it is.
  Result<WorkflowExecution> Cancel(std::string_view name, const CancellationToken& cancelled = {});

  struct Listing {
    bool full = false;        // with arguments, results and labels
    std::string filter;       // AIP-160
    std::size_t most = 1000;  // the newest ones
  };
  // The newest first.
  Result<std::vector<WorkflowExecution>> List(const WorkflowName& workflow, const Listing& listing,
                                              const CancellationToken& cancelled = {});
  // Among those of the last `window`, the newest that bears the label; kNotFound when there is
  // none.
  Result<WorkflowExecution> FindByLabel(const WorkflowName& workflow, std::string_view label,
                                        std::string_view value, std::chrono::minutes window,
                                        const CancellationToken& cancelled = {});

  // All entries, by id.
  Result<std::vector<ExecutionStep>> Steps(std::string_view name,
                                           const CancellationToken& cancelled = {});

 private:
  struct Service;
  explicit ExecutionsClient(std::unique_ptr<Service> service);
  std::unique_ptr<Service> service_;
};

}  // namespace hyperlocal
