#include "engine/wire/failure_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/json/canonical_json.h"
#include "tests/support/json_generators.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

TEST(FailureBody, CarriesTheWireNameAndTheMessage) {
  EXPECT_EQ(FailureBody(Error{ErrorCode::kPlanTooLarge, "3 GiB of \"frames\"\n"}),
            R"({"error":"PLAN_TOO_LARGE","message":"3 GiB of \"frames\"\n"})");
  EXPECT_EQ(FailureBody(Error{ErrorCode::kMissingPlanArtifact, ""}),
            R"({"error":"MISSING_PLAN_ARTIFACT","message":""})");
}

TEST(FailureBody, BytesThatAreNoTextDoNotKeepAFailureFromBeingTold) {
  EXPECT_EQ(
      FailureBody(Error{ErrorCode::kIo, "a\xff\xed\xa0\xbd\xed\xb8\x80z\xc3"}),
      "{\"error\":\"IO\",\"message\":\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\"}");
}

TEST(FailureBody, EveryRowOfTheTableIsUnderstoodByBothItsNames) {
  for (const ErrorSpec& row : kErrorTable) {
    const Error error{row.code, "what happened"};
    const Error read = ErrorOfAnswer(row.http_status, FailureBody(error));
    EXPECT_EQ(read.code, row.code) << row.wire;
    EXPECT_EQ(read.message, "what happened") << row.wire;
    if (row.alias.empty()) continue;
    const Error by_alias = ErrorOfAnswer(
        400, R"({"error":")" + std::string(row.alias) + R"(","message":"what happened"})");
    EXPECT_EQ(by_alias.spec().alias, row.alias);
    EXPECT_EQ(by_alias.spec().retryable, row.retryable) << row.alias;
  }
}

struct Case {
  std::string name;
  int status;
  std::string body;
  ErrorCode code;
  std::string message;
};

TEST(FailureBody, NamesThatNoRowHasAreRetryableByTheirStatus) {
  const std::string unknown = R"({"error":"Error","message":"boom"})";
  const std::vector<Case> cases = {
      {"server", 500, unknown, ErrorCode::kInternal, "HTTP status 500: Error: boom"},
      {"gateway", 503, unknown, ErrorCode::kInternal, "HTTP status 503: Error: boom"},
      {"too many", 429, unknown, ErrorCode::kInternal, "HTTP status 429: Error: boom"},
      {"edge", 403, unknown, ErrorCode::kPermission, "HTTP status 403: Error: boom"},
      {"request", 400, unknown, ErrorCode::kBadRequest, "HTTP status 400: Error: boom"},
      {"not found", 404, unknown, ErrorCode::kBadRequest, "HTTP status 404: Error: boom"},
      {"empty name", 500, R"({"error":"","message":"boom"})", ErrorCode::kInternal,
       "HTTP status 500: : boom"},
      {"shared alias", 400, R"({"error":"RenderChunkValidationError","message":"boom"})",
       ErrorCode::kMissingPlanArtifact, "RenderChunkValidationError: boom"},
      {"only alias", 400, R"({"error":"PlanTooLargeError","message":"boom"})",
       ErrorCode::kPlanTooLarge, "boom"},
      {"the name decides", 500, R"({"error":"GCS_URI_NOT_ALLOWED","message":"boom"})",
       ErrorCode::kGcsUriNotAllowed, "boom"},
      {"no message", 400, R"({"error":"BAD_REQUEST"})", ErrorCode::kBadRequest,
       "the failure has no message"},
      {"empty", 502, "", ErrorCode::kInternal,
       "HTTP status 502 without a failure that can be read (the body is empty)"},
      {"page", 503, "<html>\nbusy\xff", ErrorCode::kInternal,
       "HTTP status 503 without a failure that can be read; the body begins: <html> "
       "busy\xEF\xBF\xBD"},
      {"no name", 404, R"({"code":404})", ErrorCode::kBadRequest,
       R"(HTTP status 404 without a failure that can be read; the body begins: {"code":404})"},
      {"nested name", 500, R"({"error":{"code":5}})", ErrorCode::kInternal,
       R"(HTTP status 500 without a failure that can be read; the body begins: )"
       R"({"error":{"code":5}})"},
  };
  for (const Case& each : cases) {
    const Error error = ErrorOfAnswer(each.status, each.body);
    EXPECT_EQ(error.code, each.code) << each.name;
    EXPECT_EQ(error.message, each.message) << each.name;
  }
}

TEST(FailureBody, ALongPageIsQuotedFromItsBeginning) {
  const Error error = ErrorOfAnswer(500, std::string(100'000, 'x'));
  EXPECT_THAT(error.message, HasSubstr("xxx"));
  EXPECT_LT(error.message.size(), 300u);
}

RC_GTEST_PROP(FailureBody, IsAlwaysJsonThatReadsBackToTheCode,
              (const std::string& message, int status)) {
  const ErrorCode code = (*rc::gen::elementOf(kErrorTable)).code;
  const std::string body = FailureBody(Error{code, message});
  RC_ASSERT(ParseJson(body, "t").has_value());
  RC_ASSERT(ErrorOfAnswer(status, body).code == code);
}

RC_GTEST_PROP(FailureBody, AnyAnswerIsATypedErrorThatCanBePassedOn, (int status)) {
  const nlohmann::json value = (*testing::JsonSamples()).value;
  const Error error = ErrorOfAnswer(status, CanonicalJson(value).value());
  RC_ASSERT(!error.message.empty());
  RC_ASSERT(ParseJson(FailureBody(error), "t").has_value());
}

}  // namespace
}  // namespace hyperlocal
