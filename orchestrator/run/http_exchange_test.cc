#include "orchestrator/run/http_exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using testing::WorkflowRun;

// The request of one call step with these arguments, written as YAML's flow style.
HttpRequest RequestOf(const std::string& arguments) {
  WorkflowRun run("- a: {call: http.post, args: {url: \"http://service/x\", " + arguments + "}}");
  run.Tell(Started{});
  if (run.effects.empty()) {
    ADD_FAILURE() << run.Outcome();
    return {};
  }
  return std::get<HttpRequest>(run.effects[0].what);
}

TEST(HttpExchange, AnIdentityTokenIsForTheAudienceOrElseTheUrl) {
  EXPECT_EQ(RequestOf("auth: {type: OIDC, audience: a}").auth,
            (HttpAuth{.type = HttpAuth::Type::kOidc, .audience = "a", .scopes = {}}));
  EXPECT_EQ(RequestOf("auth: {type: OIDC}").auth.audience, "http://service/x");
}

TEST(HttpExchange, AnAccessTokenHasScopes) {
  EXPECT_EQ(RequestOf("auth: {type: OAuth2, scope: one}").auth.scopes,
            (std::vector<std::string>{"one"}));
  EXPECT_EQ(RequestOf("auth: {type: OAuth2, scopes: [one, two]}").auth.scopes,
            (std::vector<std::string>{"one", "two"}));
}

TEST(HttpExchange, TimeoutsAreRoundedUpToMilliseconds) {
  EXPECT_EQ(RequestOf("timeout: 0.0001").timeout, std::chrono::milliseconds(1));
  EXPECT_EQ(RequestOf("timeout: 1800").timeout, std::chrono::minutes(30));
  EXPECT_EQ(RequestOf("timeout: null").timeout, std::chrono::minutes(5));
}

TEST(HttpExchange, ABodyOfNullIsNone) {
  const HttpRequest request = RequestOf("body: null");
  EXPECT_EQ(request.body, "");
  ASSERT_EQ(request.headers.size(), 1U);
  EXPECT_EQ(request.headers[0].first, "User-Agent");
}

TEST(HttpExchange, HeadersOfAResponseHaveCanonicalNamesAndAreJoined) {
  const HttpReply reply{.status = 200,
                        .headers = {{"x-goog-hash", "a"}, {"X-Goog-Hash", "b"}, {"etag", "1"}},
                        .body = ""};
  const Value result = HttpResult(reply).value();
  EXPECT_EQ(*result.map().Find("headers"),
            testing::Json(R"({"X-Goog-Hash": "a, b", "Etag": "1"})"));
  EXPECT_EQ(*result.map().Find("body"), Value());
}

TEST(HttpExchange, ABodyThatClaimsToBeJsonAndIsNotIsText) {
  const HttpReply reply{
      .status = 502, .headers = {{"Content-Type", "application/json"}}, .body = "<html>"};
  const Raising<Value> result = HttpResult(reply);
  ASSERT_FALSE(result);
  EXPECT_EQ(*result.error().value.map().Find("body"), Value("<html>"));
  EXPECT_EQ(*result.error().value.map().Find("code"), Value(502));
}

TEST(HttpExchange, WhatCannotRunHereIsRefusedByName) {
  WorkflowRun run(
      "- a: {call: http.get, args: {url: \"http://s/\", private_service_name: projects/p}}");
  run.ToEnd();
  EXPECT_NE(run.Outcome().find("private_service_name"), std::string::npos) << run.Outcome();
}

}  // namespace
}  // namespace hyperlocal::workflow
