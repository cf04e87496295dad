#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "adapters/gcp/auth/credentials.h"
#include "adapters/gcp/storage/retry_policy.h"
#include "engine/http_caller.h"

namespace hyperlocal {

// How one of Google's JSON APIs is spoken to.
struct ApiOptions {
  // "http://127.0.0.1:8787", perhaps with a path before the API's own. Empty: what the environment
  // says, in this order, else the service itself:
  //   HYPERLOCAL_WORKFLOWS_ENDPOINT                          executions and workflows
  //   CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWEXECUTIONS     executions
  //   CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWS              workflows
  //   CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN                    Cloud Run
  // (the latter three are gcloud's own.)
  std::string endpoint;
  std::shared_ptr<Credentials> credentials;  // absent: anonymous
  std::shared_ptr<HttpCaller> http;          // absent: its own, as the environment says
  RetryPolicy retry;
  std::shared_ptr<RetryClock> clock;                                     // absent: the steady clock
  std::chrono::milliseconds request_timeout = std::chrono::seconds(60);  // of one attempt
  std::chrono::milliseconds call_timeout = std::chrono::minutes(5);      // of all of them
};

}  // namespace hyperlocal
