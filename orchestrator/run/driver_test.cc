#include "orchestrator/run/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/testing/scripted_http_caller.h"
#include "orchestrator/testing/virtual_clock.h"
#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::JsonReply;
using testing::ProgramOf;

// What a driver was told of, and what was stored when.
class Journal : public ExecutionStore, public ExecutionListener {
 public:
  Status Save(const std::string& id, const Execution& execution) override {
    if (refuses) return Error{ErrorCode::kIo, "the disk is full"};
    if (saved != nullptr) *saved += "save ";
    stored[id] = execution.Serialize();
    return Ok();
  }
  void OnLog(const std::string& id, const LogEntry& entry) override {
    logs.push_back(id + ": " + testing::Text(entry.payload));
  }
  void OnChanged(const std::string& id, const Execution& execution) override {
    if (execution.state() == ExecutionState::kActive) return;
    const bool succeeded = execution.state() == ExecutionState::kSucceeded;
    ended[id] = std::string(ExecutionStateName(execution.state())) + " " +
                testing::Text(succeeded ? execution.result() : execution.failure().payload);
  }
  void OnAbandoned(const std::string& id, const Error& error) override {
    ended[id] = "abandoned: " + error.message;
  }

  bool refuses = false;
  std::string* saved = nullptr;
  std::map<std::string, std::string> stored;
  std::map<std::string, std::string> ended;
  std::vector<std::string> logs;
};

class DriverTest : public ::testing::Test {
 protected:
  void RunToEnd(Driver& driver) {
    while (driver.Process() || (driver.active() > 0 && clock.JumpToNext())) {
    }
  }
  Execution Begin(const std::string& source, Value argument = {}) {
    return Execution::Begin(ProgramOf(source), std::move(argument));
  }

  VirtualClock clock;
  ScriptedHttpCaller http{clock};
  Journal journal;
  DriverServices services{.http = &http,
                          .clock = &clock,
                          .tokens = nullptr,
                          .connectors = nullptr,
                          .store = &journal,
                          .listener = &journal};
};

constexpr const char* kFetch = R"(
main:
  params: [n]
  steps:
  - g: {call: http.post, args: {url: "${\"http://s/\" + n}", auth: {type: OIDC}}, result: r}
  - l: {call: sys.log, args: {data: "${r.body}"}}
  - d: {return: "${r.body}"}
)";

TEST_F(DriverTest, RunsManyExecutionsInOneThread) {
  for (const char* n : {"1", "2", "3"}) {
    http.Add({.method = "POST", .url = std::string("http://s/") + n, .headers = {}, .body = {}},
             {{.outcome = JsonReply(200, n), .after = std::chrono::seconds(4)}});
  }
  Driver driver(services);
  for (int n = 1; n <= 3; ++n) {
    driver.Start("e" + std::to_string(n), Begin(kFetch, Value(n)));
  }
  RunToEnd(driver);
  EXPECT_EQ(journal.ended["e1"], "SUCCEEDED 1");
  EXPECT_EQ(journal.ended["e3"], "SUCCEEDED 3");
  EXPECT_EQ(journal.logs.size(), 3U);
  EXPECT_EQ(http.most_at_once(), 3U);
  EXPECT_EQ(driver.active(), 0U);
}

// Records when a call goes out between the stores.
class NotingCaller final : public HttpCaller {
 public:
  explicit NotingCaller(std::string& notes) : notes_(notes) {}
  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    notes_ += "call ";
    authorization = call.headers.Get("Authorization");
    done(JsonReply(200, "1"));  // at once, from within
  }
  std::string authorization;

 private:
  std::string& notes_;
};

TEST_F(DriverTest, StoresBeforeItCallsAndAgainAfterTheAnswer) {
  std::string notes;
  NotingCaller caller(notes);
  services.http = &caller;
  journal.saved = &notes;
  Driver driver(services);
  driver.Start("e", Begin(kFetch, Value(1)));
  RunToEnd(driver);
  EXPECT_EQ(notes, "save call save ");
  EXPECT_EQ(journal.ended["e"], "SUCCEEDED 1");
}

class CommittingJournal final : public Journal {
 public:
  Status Commit() override {
    if (fails) return Error{ErrorCode::kIo, "the disk is full"};
    if (saved != nullptr) *saved += "commit ";
    return Ok();
  }
  bool fails = false;
};

TEST_F(DriverTest, EventsThatComeTogetherAreStoredTogether) {
  std::string notes;
  NotingCaller caller(notes);
  CommittingJournal committing;
  committing.saved = &notes;
  services.http = &caller;
  services.store = &committing;
  services.listener = &committing;
  Driver driver(services);
  driver.Start("e", Begin(kFetch, Value(1)));
  driver.Start("f", Begin(kFetch, Value(2)));
  driver.Process();
  EXPECT_EQ(notes, "save save commit call call ");
  RunToEnd(driver);
  EXPECT_EQ(notes, "save save commit call call save save commit ");
  EXPECT_EQ(committing.logs.size(), 2U);

  committing.fails = true;
  driver.Start("g", Begin(kFetch, Value(3)));
  RunToEnd(driver);
  EXPECT_EQ(committing.ended["g"], "abandoned: the disk is full");
  EXPECT_EQ(notes, "save save commit call call save save commit save ");
  EXPECT_EQ(driver.active(), 0U);
}

TEST_F(DriverTest, ACallbackIsAcknowledgedOnceItIsStored) {
  Driver driver(services);
  driver.Start("e", Begin(R"(
- c: {call: events.create_callback_endpoint, result: c}
- w: {call: events.await_callback, args: {callback: "${c}"}, result: r}
- d: {return: "${r}"}
)"));
  driver.Process();
  const Execution waiting = Execution::Deserialize(ProgramOf(R"(
- c: {call: events.create_callback_endpoint, result: c}
- w: {call: events.await_callback, args: {callback: "${c}"}, result: r}
- d: {return: "${r}"}
)"),
                                                   journal.stored["e"])
                                .value();
  std::string told;
  driver.DeliverCallback("e", waiting.Callbacks().at(0).id, Value(7), [&](bool kept) {
    told += kept ? "kept " : "lost ";
    EXPECT_EQ(Execution::Deserialize(waiting.program(), journal.stored["e"]).value().result(),
              Value(7));
  });
  EXPECT_EQ(told, "");
  driver.Process();
  EXPECT_EQ(told, "kept ");
  EXPECT_EQ(journal.ended["e"], "SUCCEEDED 7");
  driver.DeliverCallback("e", "c", Value(8), [&](bool kept) { told += kept ? "kept" : "lost"; });
  driver.Process();
  EXPECT_EQ(told, "kept lost");
}

TEST_F(DriverTest, ACallWhoseAnswerWasStoredIsNotMadeAgain) {
  const char* source = R"(
- one: {call: http.post, args: {url: "http://s/1"}, result: a}
- two: {call: http.post, args: {url: "http://s/2"}, result: b}
- d: {return: "${[a.body, b.body]}"}
)";
  http.Add({.method = "", .url = "http://s/1", .headers = {}, .body = {}},
           {{.outcome = JsonReply(200, "1"), .after = std::chrono::seconds(1)}});
  http.Add({.method = "", .url = "http://s/2", .headers = {}, .body = {}},
           {{.outcome = JsonReply(200, "2"), .after = std::chrono::seconds(1)}});
  {
    Driver driver(services);
    driver.Start("e", Begin(source));
    driver.Process();
    clock.JumpToNext();  // the first answer
    driver.Process();    // is stored, and the second call goes out
  }
  ASSERT_EQ(http.calls().size(), 2U);
  clock.JumpToNext();  // its answer finds nobody
  Driver after_restart(services);
  after_restart.Resume("e", Execution::Deserialize(ProgramOf(source), journal.stored["e"]).value());
  RunToEnd(after_restart);
  EXPECT_EQ(journal.ended["e"], "SUCCEEDED [1,2]");
  std::vector<std::string> urls;
  for (const HttpCall& call : http.calls()) urls.push_back(call.url);
  EXPECT_THAT(urls, ElementsAre("http://s/1", "http://s/2", "http://s/2"));
}

TEST_F(DriverTest, ASleepGoesOnToItsEndAfterARestart) {
  const char* source =
      "- w: {call: sys.sleep, args: {seconds: 100}}\n- d: {return: \"${sys.now()}\"}";
  {
    Driver driver(services);
    driver.Start("e", Begin(source));
    driver.Process();
  }
  VirtualClock later(VirtualClock::kDefaultStart + std::chrono::seconds(60));
  services.clock = &later;
  Driver driver(services);
  driver.Resume("e", Execution::Deserialize(ProgramOf(source), journal.stored["e"]).value());
  while (driver.Process() || (driver.active() > 0 && later.JumpToNext())) {
  }
  EXPECT_EQ(journal.ended["e"], "SUCCEEDED 1767225700");
}

TEST_F(DriverTest, WhatCannotBeStoredIsNotDone) {
  journal.refuses = true;
  Driver driver(services);
  driver.Start("e", Begin(kFetch, Value(1)));
  RunToEnd(driver);
  EXPECT_EQ(journal.ended["e"], "abandoned: the disk is full");
  EXPECT_TRUE(http.calls().empty());
}

class Tokens final : public IdentityTokens {
 public:
  Result<std::string> Token(const HttpAuth& auth) override {
    if (auth.audience.find("refused") != std::string::npos) {
      return Error{ErrorCode::kPermission, "no token for " + auth.audience};
    }
    return "token-for-" + auth.audience;
  }
};

TEST_F(DriverTest, TokensGoWithTheCallAndTheirErrorsAreAuthErrors) {
  std::string notes;
  NotingCaller caller(notes);
  Tokens tokens;
  services.http = &caller;
  services.tokens = &tokens;
  Driver driver(services);
  driver.Start("e", Begin(kFetch, Value(1)));
  driver.Start("f", Begin(kFetch, Value("refused")));
  RunToEnd(driver);
  EXPECT_EQ(caller.authorization, "Bearer token-for-http://s/1");
  EXPECT_THAT(journal.ended["f"], HasSubstr("FAILED"));
  EXPECT_THAT(journal.ended["f"], HasSubstr("\"tags\":[\"AuthError\"]"));
}

TEST_F(DriverTest, CancellingEndsAnExecutionThatWaits) {
  Driver driver(services);
  driver.Start("e", Begin("- w: {call: sys.sleep, args: {seconds: 1000}}"));
  driver.Process();
  driver.Cancel("e");
  driver.Process();
  EXPECT_THAT(journal.ended["e"], HasSubstr("CANCELLED"));
  EXPECT_EQ(driver.active(), 0U);
  clock.JumpToNext();
  driver.Process();
}

class Echo final : public Connectors {
 public:
  void Start(std::string key, ConnectorCall call,
             std::function<void(Raising<Value>)> done) override {
    done(Value(key + call.name + testing::Text(call.arguments)));
  }
};

TEST_F(DriverTest, ConnectorsAreTheHosts) {
  Echo echo;
  services.connectors = &echo;
  Driver driver(services);
  driver.Start("e", Begin(R"(
- a: {call: googleapis.run.v2.projects.locations.jobs.run, args: {name: n}, result: r}
- b: {return: "${r}"}
)"));
  RunToEnd(driver);
  EXPECT_THAT(
      journal.ended["e"],
      HasSubstr("e#1googleapis.run.v2.projects.locations.jobs.run{\\\"name\\\":\\\"n\\\"}"));
}

TEST_F(DriverTest, WorksForCallersInOtherThreads) {
  http.Add({}, {{.outcome = JsonReply(200, "1"), .after = std::chrono::seconds(1)}});
  Driver driver(services);
  std::thread loop([&] { driver.Run(); });
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        driver.Start(std::to_string(t) + "-" + std::to_string(i), Begin(kFetch, Value(i)));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  // Until all calls have gone out, and their answers have come.
  while (http.calls().size() < 100) std::this_thread::yield();
  while (clock.JumpToNext()) {
  }
  driver.Stop();
  loop.join();
  while (driver.Process()) {
  }
  EXPECT_EQ(journal.ended.size(), 100U);
}

}  // namespace
}  // namespace hyperlocal::workflow
