#pragma once

#include <string>
#include <string_view>

#include "engine/error/error.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflows {

// How one of our errors looks in Google's APIs.
struct ApiStatus {
  int http = 500;
  int code = 13;  // google.rpc.Code
  std::string_view name = "INTERNAL";
};

// The one table from our codes. kDependencyUnavailable means here that too much runs already.
ApiStatus ApiStatusOf(ErrorCode code);

// {"error":{"code":404,"message":"…","status":"NOT_FOUND"}}
std::string ApiErrorBody(const Error& error);

// {"code":3,"message":"…"}: the error of a long-running operation.
workflow::Value OperationError(const Error& error);

}  // namespace hyperlocal::workflows
