#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/http_caller.h"
#include "fakes/sqlite/database_internal.h"
#include "fakes/workflows/server/server_test_support.h"
#include "orchestrator/testing/virtual_clock.h"
#include "tests/support/temporary_directory.h"

// Executions that outlive their server, and what connectors do.
namespace hyperlocal::workflows {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Answers calls at once, or keeps them waiting for ever.
class StubCaller final : public HttpCaller {
 public:
  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    std::string told = call.method + " " + call.url + " " + call.body;
    bool silent = false;
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(std::move(told));
      silent = call.url.find(silent_) != std::string::npos;
    }
    if (silent) return;
    done(HttpReply{.status = 200,
                   .headers = {{"Content-Type", "application/json"}},
                   .body = "{\"url\":" + workflow::JsonString(call.url) + "}"});
  }
  void Silence(std::string url) {
    const std::lock_guard lock(mutex_);
    silent_ = std::move(url);
  }
  std::vector<std::string> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  void WaitFor(std::size_t count) {
    while (calls().size() < count) std::this_thread::yield();
  }

 private:
  std::mutex mutex_;
  std::string silent_ = "nothing at all";
  std::vector<std::string> calls_;
};

class DurableTest : public ServerTest {
 protected:
  void BeginOnDisk(std::size_t concurrent = 100) {
    WorkflowsServerOptions options;
    options.directory = directory_ / "data";
    options.durability = Durability::kUnsynced;
    options.http = &http_;
    options.clock = &clock_;
    options.concurrent_executions = concurrent;
    options.storage_url = "http://storage";
    options.warn = [this](std::string_view line) { warnings_.emplace_back(line); };
    Begin(std::move(options));
  }

  testing::TemporaryDirectory directory_{"durable"};
  workflow::VirtualClock clock_;
  StubCaller http_;
  std::vector<std::string> warnings_;
};

TEST_F(DurableTest, ACallWhoseAnswerWasRecordedIsNotSentAgain) {
  BeginOnDisk();
  Deploy(R"(
- one: {call: http.post, args: {url: "http://s/1"}, result: a}
- two: {call: http.post, args: {url: "http://s/2"}, result: b}
- d: {return: "${[a.body.url, b.body.url]}"}
)");
  http_.Silence("http://s/2");
  const std::string name = Create();
  http_.WaitFor(2);
  http_.Silence("nothing at all");
  BeginOnDisk();
  EXPECT_EQ(Outcome(name), R"(SUCCEEDED ["http://s/1","http://s/2"])");
  EXPECT_THAT(http_.calls(),
              ElementsAre("POST http://s/1 ", "POST http://s/2 ", "POST http://s/2 "));
  // The history goes on where it stopped.
  const ApiReply entries = api->Get("/v1/" + name + "/stepEntries");
  EXPECT_EQ(entries.Text("totalSize"), "3");
  EXPECT_EQ(entries.Text("stepEntries/1/state"), "STATE_SUCCEEDED");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(DurableTest, SleepersCallbacksAndQueuesGoOn) {
  BeginOnDisk(1);
  Deploy(R"(
- c: {call: events.create_callback_endpoint, result: c}
- w: {call: events.await_callback, args: {callback: "${c}"}, result: r}
- d: {return: "${r.http_request.body}"}
)");
  const std::string first = Create();
  const std::string second = Create();
  ApiReply callbacks;
  do {
    callbacks = api->Get("/v1/" + first + "/callbacks");
  } while (callbacks.At("callbacks/0").is_null());
  const std::string created = callbacks.Text("callbacks/0/createTime");
  BeginOnDisk(1);
  EXPECT_EQ(server->GetExecution(second)->state, "QUEUED");
  callbacks = api->Get("/v1/" + first + "/callbacks");
  EXPECT_EQ(callbacks.Text("callbacks/0/createTime"), created);
  EXPECT_EQ(api->Post("/v1/" + callbacks.Text("callbacks/0/name"), "7").status, 200);
  EXPECT_EQ(Outcome(first), "SUCCEEDED 7");
  do {
    callbacks = api->Get("/v1/" + second + "/callbacks");
  } while (callbacks.At("callbacks/0").is_null());
  EXPECT_EQ(server->GetExecution(second)->state, "ACTIVE");
  EXPECT_TRUE(server->CancelExecution(second));
}

TEST_F(DurableTest, DamagedStateIsSetAsideAndTheOthersGoOn) {
  BeginOnDisk();
  Deploy("- s: {call: http.get, args: {url: \"http://s/slow\"}, result: r}\n- d: {return: 1}\n");
  http_.Silence("slow");
  const std::string damaged = Create();
  http_.WaitFor(1);
  const std::string whole = Create();
  http_.WaitFor(2);
  server->Stop();
  api.reset();
  server.reset();
  {
    auto database = sqlite::Database::Open(directory_ / "data/workflows.db",
                                           sqlite::Database::Access::kReadWrite);
    ASSERT_TRUE((*database)->Execute(
        "UPDATE progress SET bytes = substr(bytes, 1, 20) WHERE execution = 1"));
  }
  http_.Silence("nothing at all");
  BeginOnDisk();
  EXPECT_EQ(Outcome(whole), "SUCCEEDED 1");
  EXPECT_THAT(Outcome(damaged), HasSubstr("UNAVAILABLE"));
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_THAT(warnings_[0], HasSubstr(damaged));
  EXPECT_THAT(warnings_[0], HasSubstr("set aside"));
  EXPECT_THAT(api->Get("/v1/" + damaged).Text("stateError/details"), HasSubstr("damaged"));
}

TEST_F(DurableTest, ChildExecutionsAreRunOnceAlsoAcrossARestart) {
  BeginOnDisk();
  const std::string child = std::string(kLocation) + "/workflows/child";
  Deploy(R"(
main:
  params: [a]
  steps:
  - s: {call: http.post, args: {url: "http://s/child"}, result: r}
  - d: {return: "${a.n + 1}"}
)",
         child);
  Deploy(R"(
- r:
    call: googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run
    args: {workflow_id: child, argument: {n: 41}}
    result: x
- d: {return: "${x}"}
)");
  http_.Silence("child");
  const std::string name = Create();
  http_.WaitFor(1);
  http_.Silence("nothing at all");
  BeginOnDisk();
  EXPECT_EQ(Outcome(name), "SUCCEEDED 42");
  EXPECT_EQ(api->Get("/v1/" + child + "/executions").At("executions").list().size(), 1U);
}

TEST_F(DurableTest, AChildThatFailsIsAnOperationError) {
  BeginOnDisk();
  Deploy("- f: {raise: odd}", std::string(kLocation) + "/workflows/child");
  Deploy(R"(
- t:
    try: {call: experimental.executions.run, args: {workflow_id: child}}
    except: {as: e, steps: [{r: {return: "${[e.tags, e.operation.payload]}"}}]}
)");
  EXPECT_EQ(Outcome(Create()), R"(SUCCEEDED [["OperationError"],"\"odd\""])");
  Deploy(
      "- m: {call: experimental.executions.map, args: {workflow_id: w2, arguments: [1, 2]}, "
      "result: r}\n- d: {return: \"${r}\"}");
  Deploy("main:\n  params: [a]\n  steps: [{r: {return: \"${a * 2}\"}}]",
         std::string(kLocation) + "/workflows/w2");
  EXPECT_EQ(Outcome(Create()), "SUCCEEDED [2,4]");
}

TEST_F(DurableTest, StorageConnectorsCallTheStorageServer) {
  BeginOnDisk();
  Deploy(R"(
- g: {call: googleapis.storage.v1.objects.get, args: {bucket: b, object: "a/ü b", generation: 3}, result: r}
- h: {call: googleapis.storage.v1.objects.get, args: {bucket: b, object: "a%2Fb", alt: media}}
- i: {call: googleapis.storage.v1.objects.insert, args: {bucket: b, name: n, body: "hello"}}
- l: {call: googleapis.storage.v1.buckets.list, args: {project: p}}
- d: {return: "${r.url}"}
)");
  EXPECT_EQ(Outcome(Create()),
            "SUCCEEDED \"http://storage/storage/v1/b/b/o/a%2F%C3%BC%20b?generation=3\"");
  EXPECT_THAT(http_.calls(),
              ElementsAre("GET http://storage/storage/v1/b/b/o/a%2F%C3%BC%20b?generation=3 ",
                          "GET http://storage/storage/v1/b/b/o/a%2Fb?alt=media ",
                          "POST http://storage/upload/storage/v1/b/b/o?uploadType=media&name=n "
                          "hello",
                          "GET http://storage/storage/v1/b?project=p "));
  Deploy("- r: {call: googleapis.run.v2.projects.locations.services.get, args: {name: n}}");
  EXPECT_THAT(Outcome(Create()), HasSubstr("without the address of one for run"));
  Deploy("- r: {call: googleapis.storage.v1.objects.get, args: {bucket: b}}");
  EXPECT_THAT(Outcome(Create()), HasSubstr("needs the argument 'object'"));
}

// 5,000 sleepers fit into one process (the memory is the benchmark's to measure), and all wake.
TEST_F(DurableTest, ThousandsSleepAndWake) {
  BeginOnDisk(10'000);
  Deploy("- s: {call: sys.sleep, args: {seconds: 1000}}\n- d: {return: 1}\n");
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back(Create());
  EXPECT_EQ(api->Get("/_hyperlocal/health").Text("runningExecutions"), "1000");
  // Every one has its alarm set once the last one says where it is.
  while (api->Get("/v1/" + names.back()).At("status/currentSteps/0").is_null()) {
  }
  while (server->GetExecution(names.back())->state == "ACTIVE") clock_.JumpToNext();
  for (const std::string& name : names) {
    while (!server->GetExecution(name)->over()) clock_.JumpToNext();
  }
}

}  // namespace
}  // namespace hyperlocal::workflows
