#include "engine/http/threaded_http_caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/scripted_server.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using testing::ScriptedConnection;
using testing::ScriptedServer;

std::future<HttpOutcome> StartCall(ThreadedHttpCaller& caller, HttpCall call) {
  auto promise = std::make_shared<std::promise<HttpOutcome>>();
  std::future<HttpOutcome> future = promise->get_future();
  caller.Start(std::move(call),
               [promise](HttpOutcome outcome) { promise->set_value(std::move(outcome)); });
  return future;
}

HttpCall Get(const std::string& url) {
  HttpCall call;
  call.method = "GET";
  call.url = url;
  return call;
}

TEST(ThreadedHttpCaller, MakesCallsAtTheSameTime) {
  // No answer before all four requests are there: with fewer threads the test would not end.
  std::barrier together(4);
  ScriptedServer server([&](ScriptedConnection& connection) {
    const auto request = connection.Read();
    together.arrive_and_wait();
    connection.Answer("200 OK", "", request.target());
  });
  ThreadedHttpCaller caller({}, 4);
  std::vector<std::future<HttpOutcome>> futures;
  for (int i = 0; i < 4; ++i) {
    futures.push_back(StartCall(caller, Get(server.url() + "/" + std::to_string(i))));
  }
  for (int i = 0; i < 4; ++i) {
    const HttpOutcome outcome = futures[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(std::holds_alternative<HttpReply>(outcome));
    EXPECT_EQ(std::get<HttpReply>(outcome).body, "/" + std::to_string(i));
  }
}

TEST(ThreadedHttpCaller, KeepsToItsLimitAndAnswersEverything) {
  std::atomic<int> busy{0};
  std::atomic<int> most{0};
  ScriptedServer server([&](ScriptedConnection& connection) {
    for (;;) {
      if (connection.Read().head.empty()) return;
      const int now = ++busy;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      --busy;
      connection.Answer("200 OK", "", "x");
    }
  });
  ThreadedHttpCaller caller({}, 2);
  std::vector<std::future<HttpOutcome>> futures;
  for (int i = 0; i < 100; ++i) futures.push_back(StartCall(caller, Get(server.url())));
  for (auto& future : futures) EXPECT_TRUE(std::holds_alternative<HttpReply>(future.get()));
  EXPECT_LE(most, 2);
  EXPECT_LE(server.connections(), 2);
}

TEST(ThreadedHttpCaller, CountsTheWaitForAThread) {
  std::promise<void> asked;
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    if (connection.number() == 0) asked.set_value();
    connection.WaitForTheClientToGo();
  });
  ThreadedHttpCaller caller({}, 1);
  HttpCall slow = Get(server.url());
  slow.timeout = 400ms;
  auto first = StartCall(caller, slow);
  asked.get_future().wait();
  HttpCall late = Get(server.url());
  late.timeout = 50ms;
  auto second = StartCall(caller, late);
  EXPECT_EQ(std::get<HttpCallFailure>(first.get()).kind, HttpCallFailure::Kind::kTimedOut);
  const HttpOutcome outcome = second.get();
  EXPECT_EQ(std::get<HttpCallFailure>(outcome).kind, HttpCallFailure::Kind::kTimedOut);
  EXPECT_EQ(server.connections(), 1);
}

TEST(ThreadedHttpCaller, TellsEverybodyWhenItGoes) {
  std::promise<void> asked;
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    asked.set_value();
    connection.WaitForTheClientToGo();
  });
  std::future<HttpOutcome> under_way, waiting;
  {
    ThreadedHttpCaller caller({}, 1);
    under_way = StartCall(caller, Get(server.url()));
    asked.get_future().wait();
    waiting = StartCall(caller, Get(server.url()));
  }
  EXPECT_EQ(std::get<HttpCallFailure>(under_way.get()).kind, HttpCallFailure::Kind::kCancelled);
  EXPECT_EQ(std::get<HttpCallFailure>(waiting.get()).kind, HttpCallFailure::Kind::kCancelled);
}

TEST(ThreadedHttpCaller, SaysOfABadAddressThatNothingWasSent) {
  ThreadedHttpCaller caller({}, 1);
  const HttpOutcome outcome = StartCall(caller, Get("gopher://x")).get();
  EXPECT_EQ(std::get<HttpCallFailure>(outcome).kind, HttpCallFailure::Kind::kNotConnected);
}

}  // namespace
}  // namespace hyperlocal
