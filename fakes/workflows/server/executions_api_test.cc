#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "fakes/workflows/server/server_test_support.h"
#include "tests/support/scripted_server.h"

// The Executions API over a socket.
namespace hyperlocal::workflows {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::UnorderedElementsAre;

constexpr const char* kSleeper = "- s: {call: sys.sleep, args: {seconds: 1000}}";
constexpr const char* kEcho = "main:\n  params: [a]\n  steps: [{r: {return: \"${a}\"}}]\n";

class ExecutionsApiTest : public ServerTest {
 protected:
  void SetUp() override { Begin(); }
  std::string Path(const std::string& rest = "") {
    return std::string(kWorkflowPath) + "/executions" + rest;
  }
};

TEST_F(ExecutionsApiTest, AnExecutionIsCreatedRunAndRead) {
  Deploy(kEcho);
  const ApiReply created = api->Post(Path("?"), R"({"argument":"{\"n\":[1,2.5]}","labels":{}})");
  ASSERT_EQ(created.status, 200) << created.Text("error/message");
  EXPECT_EQ(created.Text("state"), "ACTIVE");
  EXPECT_THAT(created.Text("workflowRevisionId"), MatchesRegex("000001-[0-9a-f]{3}"));
  EXPECT_THAT(created.Text("createTime"), MatchesRegex("20..-..-..T..:..:..\\.......Z"));
  const std::string name = created.Text("name");
  EXPECT_EQ(Outcome(name), R"(SUCCEEDED {"n":[1,2.5]})");
  const ApiReply got = api->Get("/v1/" + name + "?");
  EXPECT_EQ(got.Text("state"), "SUCCEEDED");
  EXPECT_EQ(got.Text("result"), R"({"n":[1,2.5]})");
  EXPECT_EQ(got.Text("argument"), R"({"n":[1,2.5]})");
  EXPECT_THAT(got.Text("duration"), MatchesRegex("[0-9.]+s"));
  EXPECT_EQ(got.Text("error"), "null");
  const ApiReply basic = api->Get("/v1/" + name + "?view=BASIC&$alt=json%3Benum-encoding=int");
  EXPECT_EQ(basic.Text("state"), "SUCCEEDED");
  EXPECT_EQ(basic.Text("result"), "null");
  EXPECT_EQ(basic.Text("argument"), "null");
}

TEST_F(ExecutionsApiTest, NoArgumentIsNull) {
  Deploy(kEcho);
  const ApiReply created = api->Post(Path());
  EXPECT_EQ(created.Text("argument"), "null");
  EXPECT_EQ(Outcome(created.Text("name")), "SUCCEEDED null");
}

TEST_F(ExecutionsApiTest, AFailureHasPayloadContextAndStackTrace) {
  Deploy("- a: {assign: [{x: 1}]}\n- fails:\n    raise: \"how odd\"\n");
  const std::string name = Create();
  EXPECT_EQ(Outcome(name), "FAILED \"how odd\"");
  const ApiReply got = api->Get("/v1/" + name);
  EXPECT_EQ(got.Text("error/payload"), "\"how odd\"");
  EXPECT_EQ(got.Text("error/context"),
            "RuntimeError: \"how odd\"\nin step \"fails\", routine \"main\", line: 3");
  EXPECT_EQ(got.Text("error/stackTrace/elements/0/step"), "fails");
  EXPECT_EQ(got.Text("error/stackTrace/elements/0/position/line"), "3");
}

TEST_F(ExecutionsApiTest, RefusalsHaveTheServicesShape) {
  const ApiReply absent = api->Post(Path());
  EXPECT_EQ(absent.status, 404);
  EXPECT_EQ(absent.Text("error/status"), "NOT_FOUND");
  EXPECT_EQ(absent.Text("error/code"), "404");
  Deploy(kEcho);
  for (const char* body : {R"({"argument":"{no"})", R"({"argument":7})", R"({"labels":[]})",
                           R"({"callLogLevel":"LOUD"})", R"({"surprise":1})", "[]", "{"}) {
    const ApiReply refused = api->Post(Path(), body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.Text("error/status"), "INVALID_ARGUMENT") << body;
  }
  EXPECT_EQ(api->Get(Path("/none")).status, 404);
  EXPECT_EQ(api->Ask("PUT", Path()).status, 404);
  EXPECT_EQ(api->Get("/v2/elsewhere").status, 404);
  EXPECT_EQ(api->Get(Path("?pageSize=-1")).status, 400);
  EXPECT_EQ(api->Get(Path("?view=WHOLE")).status, 400);
}

TEST_F(ExecutionsApiTest, CancellingEndsItOnce) {
  Deploy(kSleeper);
  const std::string name = Create();
  const ApiReply cancelled = api->Post("/v1/" + name + ":cancel?");
  EXPECT_EQ(cancelled.status, 200);
  EXPECT_EQ(cancelled.Text("state"), "CANCELLED");
  EXPECT_EQ(cancelled.Text("error/context"), "Execution cancelled.");
  const ApiReply again = api->Post("/v1/" + name + ":cancel");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.Text("error/status"), "FAILED_PRECONDITION");
}

TEST_F(ExecutionsApiTest, ListsAreNewestFirstFilteredOrderedAndPaged) {
  Deploy(kEcho);
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    const ApiReply created = api->Post(
        Path(), R"({"argument":"1","labels":{"team":")" + std::string(i % 2 ? "b" : "a") + "\"}}");
    names.push_back(created.Text("name"));
    EXPECT_EQ(Outcome(names.back()), "SUCCEEDED 1");
  }
  EXPECT_EQ(api->Get(Path()).Text("executions/0/name"), names[4]);
  EXPECT_EQ(api->Get(Path("?orderBy=createTime")).Text("executions/0/name"), names[0]);
  const ApiReply a =
      api->Get(Path("?filter=labels.team%3D%22a%22%20AND%20state%3D%22SUCCEEDED%22"));
  EXPECT_EQ(a.At("executions").list().size(), 3U) << a.Text("error/message");
  EXPECT_EQ(a.Text("executions/0/labels"), "null");  // BASIC
  std::string token;
  std::vector<std::string> walked;
  do {
    const ApiReply page =
        api->Get(Path("?pageSize=2&view=FULL" + (token.empty() ? "" : "&pageToken=" + token)));
    ASSERT_EQ(page.status, 200) << page.Text("error/message");
    for (const workflow::Value& execution : page.At("executions").list()) {
      walked.push_back(execution.map().Find("name")->string());
      EXPECT_EQ(execution.map().Find("result")->string(), "1");
    }
    token = page.At("nextPageToken").is_null() ? "" : page.Text("nextPageToken");
  } while (!token.empty());
  EXPECT_EQ(walked, std::vector<std::string>(names.rbegin(), names.rend()));
  const ApiReply bad = api->Get(Path("?filter=weight%3D3"));
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.Text("error/message"), HasSubstr("there is no field \"weight\""));
  EXPECT_EQ(api->Get(Path("?pageToken=x")).status, 400);
}

TEST_F(ExecutionsApiTest, StepEntriesTellTheProgressOfAParallelLoop) {
  Deploy(R"(
- render:
    parallel:
      for:
        value: i
        range: [0, 2]
        steps:
        - chunk: {assign: [{x: "${i}"}]}
- done: {return: 1}
)");
  const std::string name = Create();
  EXPECT_EQ(Outcome(name), "SUCCEEDED 1");
  const ApiReply all = api->Get("/v1/" + name + "/stepEntries");
  EXPECT_EQ(all.Text("totalSize"), std::to_string(all.At("stepEntries").list().size()));
  EXPECT_EQ(all.Text("stepEntries/0/stepType"), "STEP_PARALLEL_FOR");
  EXPECT_EQ(all.Text("stepEntries/0/entryId"), "1");
  EXPECT_EQ(all.Text("stepEntries/0/stepEntryMetadata/progressType"), "PROGRESS_TYPE_PARALLEL_FOR");
  EXPECT_EQ(all.Text("stepEntries/0/stepEntryMetadata/expectedIteration"), "3");
  EXPECT_EQ(all.Text("stepEntries/0/stepEntryMetadata/progressNumber"), "3");
  EXPECT_EQ(all.At("stepEntries/0/navigationInfo/children").list().size(), 3U);
  const ApiReply iterations = api->Get(
      "/v1/" + name +
      "/stepEntries?filter=stepType%3D%22STEP_FOR_ITERATION%22%20AND%20state%3DSTATE_SUCCEEDED");
  EXPECT_EQ(iterations.Text("totalSize"), "3");
  EXPECT_EQ(iterations.Text("stepEntries/2/stepEntryMetadata/progressNumber"), "2");
  const ApiReply one = api->Get("/v1/" + name + "/stepEntries/1");
  EXPECT_EQ(one.Text("step"), "render");
  EXPECT_EQ(one.Text("state"), "STATE_SUCCEEDED");
  EXPECT_EQ(api->Get("/v1/" + name + "/stepEntries/99").status, 404);
  EXPECT_EQ(
      api->Get("/v1/" + name + "/stepEntries?pageSize=1&skip=1").Text("stepEntries/0/entryId"),
      "2");
  const ApiReply exported = api->Get("/v1/" + name + ":exportData");
  EXPECT_THAT(exported.Text("data"), HasSubstr("STEP_FOR_ITERATION"));
  EXPECT_EQ(api->Post("/v1/" + name + ":deleteExecutionHistory").status, 200);
  EXPECT_EQ(api->Get("/v1/" + name + "/stepEntries").Text("totalSize"), "0");
}

TEST_F(ExecutionsApiTest, ARunningOneSaysWhereItIs) {
  Deploy(kSleeper);
  const std::string name = Create();
  std::string steps;
  for (int i = 0; i < 2000 && steps.find("\"s\"") == std::string::npos; ++i) {
    steps = api->Get("/v1/" + name).Text("status/currentSteps");
  }
  EXPECT_EQ(steps, R"([{"routine":"main","step":"s"}])");
}

TEST_F(ExecutionsApiTest, BeyondTheLimitTheyAreQueuedAndStartInTurn) {
  WorkflowsServerOptions options;
  options.concurrent_executions = 1;
  options.queued_executions = 2;
  Begin(std::move(options));
  Deploy(kSleeper);
  const std::string first = Create();
  const std::string second = Create();
  const std::string third = Create();
  EXPECT_EQ(server->GetExecution(second)->state, "QUEUED");
  EXPECT_EQ(api->Get("/v1/" + second).Text("startTime"), "null");
  const ApiReply refused =
      api->Post(Path(), R"({"disableConcurrencyQuotaOverflowBuffering":true})");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Text("error/status"), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(api->Post(Path()).status, 429);
  EXPECT_EQ(api->Post("/v1/" + second + ":cancel").Text("state"), "CANCELLED");
  EXPECT_TRUE(server->CancelExecution(first));
  // Its turn comes on the thread that runs executions.
  for (int i = 0; i < 10'000 && server->GetExecution(third)->state == "QUEUED"; ++i) {
    std::this_thread::yield();
  }
  EXPECT_EQ(server->GetExecution(third)->state, "ACTIVE");
  EXPECT_TRUE(server->CancelExecution(third));
}

TEST_F(ExecutionsApiTest, ACallbackComesOverHttp) {
  Deploy(R"(
- e: {call: events.create_callback_endpoint, args: {http_callback_method: POST}, result: c}
- w: {call: events.await_callback, args: {callback: "${c}"}, result: r}
- d: {return: "${[r.http_request.body.answer, r.http_request.query.q, r.type]}"}
)");
  const std::string name = Create();
  ApiReply callbacks;
  do {
    callbacks = api->Get("/v1/" + name + "/callbacks");
  } while (callbacks.At("callbacks/0").is_null());
  EXPECT_EQ(callbacks.Text("callbacks/0/method"), "POST");
  EXPECT_EQ(callbacks.Text("callbacks/0/waiters"), "1");
  const std::string path = "/v1/" + callbacks.Text("callbacks/0/name");
  EXPECT_EQ(api->Get(path).status, 400);
  EXPECT_EQ(api->Post("/v1/" + name + "/callbacks/other").status, 404);
  EXPECT_EQ(api->Post(path + "?q=x", R"({"answer":42})").status, 200);
  EXPECT_EQ(Outcome(name), R"(SUCCEEDED [42,"x","HTTP"])");
  EXPECT_EQ(api->Post(path).status, 404);
}

TEST_F(ExecutionsApiTest, ServicesAreCalledInTurnAndOthersAtOnce) {
  std::mutex mutex;  // guards `arrived`
  std::vector<std::string> arrived;
  std::counting_semaphore<5> answers(0);
  hyperlocal::testing::ScriptedServer run([&](hyperlocal::testing::ScriptedConnection& connection) {
    for (auto request = connection.Read(); !request.head.empty(); request = connection.Read()) {
      {
        const std::lock_guard lock(mutex);
        arrived.push_back(request.target());
      }
      answers.acquire();
      connection.Answer("200 OK", "", "");
    }
  });
  hyperlocal::testing::ScriptedServer other(
      [](hyperlocal::testing::ScriptedConnection& connection) {
        while (!connection.Read().head.empty()) connection.Answer("200 OK", "", "");
      });
  const auto wait_for = [&](std::size_t count) {
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (arrived.size() >= count) return arrived;
      }
      std::this_thread::yield();
    }
  };
  WorkflowsServerOptions options;
  options.run_url = run.url();
  options.concurrent_run_calls = 2;
  Begin(std::move(options));
  const auto get = [](const std::string& url) {
    return "{call: http.get, args: {url: " + url + "}}";
  };
  Deploy(
      "- all:\n    parallel:\n      for:\n        value: v\n        range: [1, 5]\n"
      "        steps: [{run: " +
      get("'${\"" + run.url() + "/\" + string(v)}'") + "}]\n");
  const std::string calls = Create();
  EXPECT_THAT(wait_for(2), UnorderedElementsAre("/1", "/2"));
  Deploy("- call: " + get(other.url() + "/"));
  EXPECT_EQ(Outcome(Create()), "SUCCEEDED null");
  for (std::size_t next = 3; next <= 5; ++next) {
    EXPECT_EQ(wait_for(next - 1).size(), next - 1);  // and no more
    answers.release();
    EXPECT_EQ(wait_for(next).back(), "/" + std::to_string(next));
  }
  answers.release(2);
  EXPECT_EQ(Outcome(calls), "SUCCEEDED null");
}

TEST_F(ExecutionsApiTest, HealthAndReset) {
  Deploy(kSleeper);
  const std::string name = Create();
  EXPECT_EQ(api->Get("/_hyperlocal/health").Text("status"), "ok");
  EXPECT_EQ(api->Get("/_hyperlocal/health").Text("runningExecutions"), "1");
  EXPECT_EQ(api->Post("/_hyperlocal/reset").status, 200);
  EXPECT_EQ(api->Get("/v1/" + name).status, 404);
  EXPECT_EQ(api->Get(kWorkflowPath).status, 404);
  EXPECT_EQ(api->Get("/_hyperlocal/else").status, 404);
}

}  // namespace
}  // namespace hyperlocal::workflows
