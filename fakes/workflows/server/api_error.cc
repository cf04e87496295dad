#include "fakes/workflows/server/api_error_internal.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflows {

using workflow::Value;
using workflow::ValueMap;

ApiStatus ApiStatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return {404, 5, "NOT_FOUND"};
    case ErrorCode::kConflict:
      return {409, 6, "ALREADY_EXISTS"};
    case ErrorCode::kPreconditionFailed:
      return {400, 9, "FAILED_PRECONDITION"};
    case ErrorCode::kDependencyUnavailable:
      return {429, 8, "RESOURCE_EXHAUSTED"};
    case ErrorCode::kBadRequest:
    case ErrorCode::kInvalidJson:
    case ErrorCode::kInvalidWorkflow:
    case ErrorCode::kUsage:
      return {400, 3, "INVALID_ARGUMENT"};
    default:
      return {};
  }
}

std::string ApiErrorBody(const Error& error) {
  const ApiStatus status = ApiStatusOf(error.code);
  ValueMap inner;
  inner.Set("code", Value(status.http));
  inner.Set("message", Value(error.message));
  inner.Set("status", Value(status.name));
  ValueMap body;
  body.Set("error", Value(std::move(inner)));
  const Result<std::string> text = workflow::JsonText(Value(std::move(body)));
  return text ? *text : R"({"error":{"code":500,"message":"","status":"INTERNAL"}})";
}

Value OperationError(const Error& error) {
  ValueMap map;
  map.Set("code", Value(ApiStatusOf(error.code).code));
  map.Set("message", Value(error.message));
  return Value(std::move(map));
}

}  // namespace hyperlocal::workflows
