#include "adapters/gcp/workflows/executions_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "adapters/gcp/auth/access_token.h"
#include "adapters/gcp/workflows/scripted_api_test_support.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::Answer;
using testing::ApiFixture;
using testing::Broken;
using ::testing::ElementsAre;
using testing::FailureOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Kind = HttpCallFailure::Kind;

const WorkflowName kWorkflow{"p", "us-central1", "w"};
const std::string kCollection = "/v1/projects/p/locations/us-central1/workflows/w/executions";
const std::string kName = "projects/p/locations/us-central1/workflows/w/executions/e1";

std::string Execution(const std::string& id, const std::string& request_label = "") {
  json execution{{"name", "projects/p/locations/us-central1/workflows/w/executions/" + id},
                 {"state", "ACTIVE"}};
  if (!request_label.empty()) execution["labels"] = {{"hyperlocal-request", request_label}};
  return execution.dump();
}

std::unique_ptr<ExecutionsClient> ClientOf(const ApiFixture& fixture) {
  auto client = ExecutionsClient::Create(fixture.options);
  EXPECT_TRUE(client) << client.error().message;
  return std::move(*client);
}

std::string LabelOf(const HttpCall& call) {
  return json::parse(call.body)["labels"]["hyperlocal-request"];
}

TEST(ExecutionsClient, StartsWithArgumentLabelsAndALabelOfItsOwn) {
  ApiFixture fixture([](const HttpCall&, int) { return Answer(200, Execution("e1")); });
  fixture.options.credentials = std::make_shared<AccessToken>("secret");
  const auto started = ClientOf(fixture)->Start(
      kWorkflow, {.argument = R"({"a":1})", .labels = {{"hyperlocal-render", "r"}}});
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_EQ(started->name, kName);
  EXPECT_EQ(started->state, WorkflowExecution::State::kActive);
  const HttpCall call = fixture.api->calls().at(0);
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "http://api.test" + kCollection);
  EXPECT_EQ(call.headers.Get("authorization"), "Bearer secret");
  EXPECT_THAT(std::string(call.headers.Get("x-goog-api-client")),
              HasSubstr("gccl-attempt-count/1"));
  const json body = json::parse(call.body);
  EXPECT_EQ(body["argument"], R"({"a":1})");
  EXPECT_EQ(body["labels"]["hyperlocal-render"], "r");
  EXPECT_THAT(LabelOf(call), SizeIs(36));
}

// The three ways in which a start can be lost after it took place: the connection, the time, the
// service's own failure. The execution that bears the label is it; there is no second POST.
TEST(ExecutionsClient, AStartWhoseAnswerWasLostIsFoundByItsLabel) {
  const std::vector<HttpOutcome> losses{Broken(Kind::kBroken), Broken(Kind::kTimedOut),
                                        Answer(503, FailureOf(503, "UNAVAILABLE", "later")),
                                        Answer(200, "cut o")};
  for (const HttpOutcome& loss : losses) {
    std::string label;
    ApiFixture fixture([&](const HttpCall& call, int number) -> HttpOutcome {
      if (number == 0) {
        label = LabelOf(call);
        return loss;
      }
      return Answer(200, R"({"executions":[)" + Execution("other", "not-ours") + "," +
                             Execution("e1", label) + "]}");
    });
    const auto started = ClientOf(fixture)->Start(kWorkflow, {.argument = "null"});
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(started->name, kName);
    EXPECT_THAT(fixture.api->lines(),
                ElementsAre("POST " + kCollection,
                            StartsWith("GET " + kCollection +
                                       "?pageSize=100&view=FULL&filter=createTime%3E")));
  }
}

TEST(ExecutionsClient, AStartThatDidNotTakePlaceIsMadeAgainWithTheSameLabel) {
  std::string label;
  ApiFixture fixture([&](const HttpCall& call, int number) -> HttpOutcome {
    if (number == 0) {
      label = LabelOf(call);
      return Broken(Kind::kBroken);
    }
    if (number == 1) return Answer(200, "{}");  // none
    EXPECT_EQ(LabelOf(call), label);
    return Answer(200, Execution("e1", label));
  });
  const auto started = ClientOf(fixture)->Start(kWorkflow, {.argument = "null"});
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_THAT(fixture.api->lines(),
              ElementsAre("POST " + kCollection, StartsWith("GET "), "POST " + kCollection));
  EXPECT_THAT(fixture.clock->pauses, SizeIs(1));
}

TEST(ExecutionsClient, WhatCannotHaveHadAnEffectIsRepeatedWithoutLooking) {
  ApiFixture fixture([&](const HttpCall&, int number) -> HttpOutcome {
    if (number == 0) return Broken(Kind::kNotConnected);
    if (number == 1) {
      return HttpReply{.status = 429, .headers = {{"Retry-After", "7"}}, .body = ""};
    }
    return Answer(200, Execution("e1"));
  });
  ASSERT_TRUE(ClientOf(fixture)->Start(kWorkflow, {.argument = "null"}));
  EXPECT_THAT(fixture.api->calls(), SizeIs(3));
  EXPECT_GE(fixture.clock->pauses.at(1), 7s);
}

TEST(ExecutionsClient, ARefusalIsFinalAndSaysWhatTheServiceSaid) {
  ApiFixture fixture([](const HttpCall&, int) {
    return Answer(403, FailureOf(403, "PERMISSION_DENIED", "no; you sent Bearer secret"));
  });
  fixture.options.credentials = std::make_shared<AccessToken>("secret");
  const auto started = ClientOf(fixture)->Start(kWorkflow, {.argument = "null"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kPermission);
  EXPECT_THAT(started.error().message, HasSubstr("PERMISSION_DENIED: no"));
  EXPECT_THAT(started.error().message, HasSubstr("workflows/w"));
  EXPECT_THAT(started.error().message, Not(HasSubstr("secret")));
  EXPECT_THAT(fixture.api->calls(), SizeIs(1));
}

TEST(ExecutionsClient, WhoGivesUpSaysThatItMayHaveBeenStarted) {
  ApiFixture fixture([](const HttpCall& call, int) {
    return call.method == "POST" ? Broken(Kind::kBroken) : Answer(200, "{}");
  });
  fixture.options.retry.max_attempts = 3;
  const auto started = ClientOf(fixture)->Start(kWorkflow, {.argument = "null"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kRetriesExhausted);
  EXPECT_THAT(started.error().message, HasSubstr("may have been started"));
  EXPECT_THAT(started.error().message, HasSubstr(LabelOf(fixture.api->calls().at(0))));
  EXPECT_THAT(fixture.api->calls(), SizeIs(6));  // a POST and a look, three times
}

TEST(ExecutionsClient, AFilterThatIsNotUnderstoodIsLeftOut) {
  ApiFixture fixture([](const HttpCall& call, int) {
    if (call.url.find("filter=") != std::string::npos) {
      return Answer(400, FailureOf(400, "INVALID_ARGUMENT", "filter"));
    }
    return Answer(200, R"({"executions":[)" + Execution("e1", "mine") + "]}");
  });
  const auto found = ClientOf(fixture)->FindByLabel(kWorkflow, "hyperlocal-request", "mine", 10min);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->name, kName);
}

TEST(ExecutionsClient, ReadsAnExecutionWithItsFailure) {
  ApiFixture fixture([](const HttpCall&, int) {
    return Answer(
        200, R"({"name":"n/e","state":"FAILED","argument":"{}","startTime":"2026-01-01T00:00:00Z",
      "endTime":"2026-01-01T00:00:09Z","workflowRevisionId":"000001-a4d",
      "error":{"payload":"\"no\"","context":"RuntimeError"},"unknown":{"x":1}})");
  });
  const auto execution = ClientOf(fixture)->Get(kName);
  ASSERT_TRUE(execution) << execution.error().message;
  EXPECT_TRUE(execution->over());
  EXPECT_EQ(execution->failure->payload, "\"no\"");
  EXPECT_EQ(execution->revision, "000001-a4d");
  EXPECT_THAT(fixture.api->lines(), ElementsAre("GET /v1/" + kName + "?view=FULL"));
}

TEST(ExecutionsClient, ReadsAreRepeatedUntilTheyAreAnswered) {
  ApiFixture fixture([](const HttpCall&, int number) -> HttpOutcome {
    if (number < 2) return Answer(503, "");
    return Answer(200, Execution("e1"));
  });
  EXPECT_TRUE(ClientOf(fixture)->Get(kName));
  EXPECT_THAT(fixture.api->calls(), SizeIs(3));
  const auto id = [&](std::size_t i) {
    const std::string header(fixture.api->calls().at(i).headers.Get("x-goog-api-client"));
    return header.substr(header.find("invocation-id/"), 50);
  };
  EXPECT_EQ(id(0), id(2));
}

TEST(ExecutionsClient, CancellingWhatIsOverReturnsIt) {
  ApiFixture fixture([](const HttpCall& call, int) {
    if (call.method == "POST") return Answer(400, FailureOf(400, "FAILED_PRECONDITION", "over"));
    return Answer(200, R"({"name":"n","state":"CANCELLED"})");
  });
  const auto execution = ClientOf(fixture)->Cancel(kName);
  ASSERT_TRUE(execution) << execution.error().message;
  EXPECT_EQ(execution->state, WorkflowExecution::State::kCancelled);
  EXPECT_EQ(fixture.api->lines().at(0), "POST /v1/" + kName + ":cancel");
}

TEST(ExecutionsClient, ListsPageByPageUpToTheLimit) {
  ApiFixture fixture([](const HttpCall& call, int) {
    const bool second = call.url.find("pageToken=t2") != std::string::npos;
    return Answer(200, second
                           ? R"({"executions":[)" + Execution("e3") + "," + Execution("e4") + "]}"
                           : R"({"executions":[)" + Execution("e1") + "," + Execution("e2") +
                                 R"(],"nextPageToken":"t2"})");
  });
  const auto all = ClientOf(fixture)->List(kWorkflow, {.full = false, .filter = "", .most = 3});
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_THAT(*all, SizeIs(3));
  EXPECT_THAT(fixture.api->lines(),
              ElementsAre("GET " + kCollection + "?pageSize=3&view=BASIC",
                          "GET " + kCollection + "?pageSize=1&view=BASIC&pageToken=t2"));
}

TEST(ExecutionsClient, ReadsAllStepEntriesById) {
  ApiFixture fixture([](const HttpCall& call, int) {
    if (call.url.find("pageToken=n") == std::string::npos) {
      return Answer(200,
                    R"({"stepEntries":[{"entryId":"3","stepType":"STEP_FOR_ITERATION","step":"s",
        "state":"STATE_IN_PROGRESS","createTime":"2026-01-01T00:00:01Z",
        "navigationInfo":{"parent":"1"},
        "stepEntryMetadata":{"progressNumber":"0","expectedIteration":"2"}}],"nextPageToken":"n"})");
    }
    return Answer(200, R"({"stepEntries":[{"entryId":1,"stepType":"STEP_PARALLEL_FOR",
        "state":"STATE_FAILED","exception":{"payload":"7"}}]})");
  });
  const auto steps = ClientOf(fixture)->Steps(kName);
  ASSERT_TRUE(steps) << steps.error().message;
  ASSERT_THAT(*steps, SizeIs(2));
  EXPECT_EQ(steps->at(0).id, 1);
  EXPECT_EQ(steps->at(0).state, ExecutionStep::State::kFailed);
  EXPECT_EQ(steps->at(0).exception, "7");
  EXPECT_EQ(steps->at(1).parent, 1);
  EXPECT_EQ(steps->at(1).number, 0);
  EXPECT_EQ(steps->at(1).expected, 2);
}

TEST(ExecutionsClient, AnAnswerThatMakesNoSenseIsSaid) {
  for (const char* const body : {"", "[]", "{}", "<html>", R"({"executions":7})"}) {
    ApiFixture fixture([body](const HttpCall&, int) { return Answer(200, body); });
    const auto execution = ClientOf(fixture)->Get(kName);
    ASSERT_FALSE(execution) << body;
    EXPECT_EQ(execution.error().code, ErrorCode::kIo);
  }
}

TEST(ExecutionsClient, ACancelledCallEndsAtOnce) {
  // Never answered: only the token ends it.
  class Silent : public HttpCaller {
    void Start(HttpCall, std::function<void(HttpOutcome)> done) override {
      done_ = std::move(done);
      token.Cancel();
    }
    std::function<void(HttpOutcome)> done_;

   public:
    CancellationToken token;
  };
  const auto silent = std::make_shared<Silent>();
  ApiOptions options;
  options.endpoint = "http://api.test";
  options.http = silent;
  const auto client = ExecutionsClient::Create(options);
  ASSERT_TRUE(client);
  const auto execution = (*client)->Get(kName, silent->token);
  ASSERT_FALSE(execution);
  EXPECT_EQ(execution.error().code, ErrorCode::kCancelled);
}

TEST(ExecutionsClient, TheEnvironmentSaysWhereTheServiceIs) {
  const auto url_with = [](const char* variable, const char* value) {
    ::setenv(variable, value, 1);
    ApiFixture fixture([](const HttpCall&, int) { return Answer(200, Execution("e1")); });
    fixture.options.endpoint.clear();
    const auto client = ExecutionsClient::Create(fixture.options);
    ::unsetenv(variable);
    if (!client) return client.error().message;
    EXPECT_TRUE((*client)->Get("n"));
    return fixture.api->calls().at(0).url;
  };
  EXPECT_EQ(url_with("HYPERLOCAL_WORKFLOWS_ENDPOINT", "127.0.0.1:9/x/"),
            "http://127.0.0.1:9/x/v1/n?view=FULL");
  EXPECT_EQ(url_with("CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWEXECUTIONS", "https://other/"),
            "https://other/v1/n?view=FULL");
  EXPECT_EQ(url_with("HYPERLOCAL_UNRELATED", "x"),
            "https://workflowexecutions.googleapis.com/v1/n?view=FULL");
  EXPECT_THAT(url_with("HYPERLOCAL_WORKFLOWS_ENDPOINT", "http://u:secret@h"),
              AllOf(HasSubstr("HYPERLOCAL_WORKFLOWS_ENDPOINT"), Not(HasSubstr("secret"))));
}

TEST(WorkflowName, IsReadOfAnythingBelowIt) {
  EXPECT_EQ(*ParseWorkflowName(kName), kWorkflow);
  EXPECT_EQ(*ParseWorkflowName(kWorkflow.Path()), kWorkflow);
  for (const char* const text : {"", "projects/p", "projects//locations/l/workflows/w", "w"}) {
    EXPECT_FALSE(ParseWorkflowName(text)) << text;
  }
}

}  // namespace
}  // namespace hyperlocal
