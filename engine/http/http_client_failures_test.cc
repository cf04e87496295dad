#include "engine/http/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "engine/http/http_connection_internal.h"
#include "engine/http/http_exchange_test_support.h"
#include "tests/support/scripted_server.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using testing::BodyOf;
using testing::Echo;
using testing::Get;
using ::testing::HasSubstr;
using testing::Kind;
using testing::KindOf;
using testing::Letters;
using ::testing::Not;
using testing::PutStreamed;
using testing::ScriptedConnection;
using testing::ScriptedServer;

// Cuts an answer at every byte of it, in both manners.
class CutAnswer : public ::testing::TestWithParam<bool> {};
TEST_P(CutAnswer, IsBrokenWhereverItEnds) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n")}) {
    std::atomic<std::size_t> cut{0};
    ScriptedServer server([&](ScriptedConnection& connection) {
      connection.Read();
      connection.Send(std::string_view(answer).substr(0, cut));
      if (GetParam()) connection.Reset();
    });
    HttpClient client({});
    for (; cut < answer.size(); ++cut) {
      const HttpResult result = client.Exchange(Get(server.url()));
      EXPECT_EQ(KindOf(result), Kind::kBroken) << cut << ": " << BodyOf(result);
      EXPECT_THAT(BodyOf(result), HasSubstr("127.0.0.1 port " + std::to_string(server.port())));
    }
    EXPECT_EQ(server.connections(), static_cast<int>(answer.size()));
  }
}
INSTANTIATE_TEST_SUITE_P(All, CutAnswer, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "ByReset" : "ByClosing"; });

TEST(HttpClient, IsBrokenWhenTheRequestIsCut) {
  for (const bool reset : {false, true}) {
    ScriptedServer server([&](ScriptedConnection& connection) {
      connection.ReadHead();
      connection.ReadSome();
      if (reset) connection.Reset();
    });
    HttpClient client({});
    const HttpResult result = client.Exchange(PutStreamed(server.url(), Letters(32u << 20)));
    EXPECT_EQ(KindOf(result), Kind::kBroken) << BodyOf(result);
  }
}

class GarbledAnswer : public ::testing::TestWithParam<const char*> {};
TEST_P(GarbledAnswer, IsBroken) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Send(GetParam());
    connection.WaitForTheClientToGo();
  });
  HttpClient client({});
  EXPECT_EQ(KindOf(client.Exchange(Get(server.url()))), Kind::kBroken);
}
INSTANTIATE_TEST_SUITE_P(
    All, GarbledAnswer,
    ::testing::Values("SSH-2.0-OpenSSH\r\n", "x", "HTTP/2 200 OK\r\n\r\n",
                      "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
                      "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "11111111111111111\r\n",
                      "HTTP/1.1 101 Switching Protocols\r\n\r\n"));

TEST(HttpClient, RefusesAHeadWithoutEnd) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 100; ++i) connection.Send("X: " + std::string(4000, 'x') + "\r\n");
    connection.WaitForTheClientToGo();
  });
  HttpClient client({});
  EXPECT_EQ(KindOf(client.Exchange(Get(server.url()))), Kind::kBroken);
}

TEST(HttpClient, SaysThatNothingIsThere) {
  int port = 0;
  { port = ScriptedServer(Echo).port(); }
  HttpClient client({});
  const HttpResult refused = client.Exchange(Get("http://127.0.0.1:" + std::to_string(port)));
  EXPECT_EQ(KindOf(refused), Kind::kNotConnected);
  EXPECT_THAT(BodyOf(refused), HasSubstr(std::to_string(port)));
  EXPECT_EQ(KindOf(client.Exchange(Get("http://no-such-host.invalid/"))), Kind::kNotConnected);
}

TEST(HttpClient, GivesUpOnASlowAnswer) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    // A drip that no stall time-out ends.
    while (connection.Send("x")) std::this_thread::sleep_for(5ms);
  });
  HttpClient client({});
  HttpExchange exchange = Get(server.url());
  exchange.timeout = 200ms;
  const auto start = std::chrono::steady_clock::now();
  const HttpResult result = client.Exchange(exchange);
  EXPECT_EQ(KindOf(result), Kind::kTimedOut) << BodyOf(result);
  EXPECT_THAT(BodyOf(result), HasSubstr("of 100000 bytes"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
}

TEST(HttpClient, GivesUpOnASilentServer) {
  for (const bool sends_head : {false, true}) {
    ScriptedServer server([&](ScriptedConnection& connection) {
      connection.Read();
      if (sends_head) connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      connection.WaitForTheClientToGo();
    });
    HttpClient client({.stall_timeout = 100ms, .proxies = {}, .ca_file = "", .ca_directory = ""});
    EXPECT_EQ(KindOf(client.Exchange(Get(server.url()))), Kind::kTimedOut);
  }
}

TEST(HttpClient, GivesUpOnAServerThatDoesNotRead) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.ReadHead();
    std::promise<void> gone;
    // Reads nothing more until it is cut.
    while (::send(connection.socket(), "", 0, MSG_NOSIGNAL) == 0) std::this_thread::sleep_for(5ms);
  });
  HttpClient client({.stall_timeout = 100ms, .proxies = {}, .ca_file = "", .ca_directory = ""});
  EXPECT_EQ(KindOf(client.Exchange(PutStreamed(server.url(), Letters(64u << 20)))),
            Kind::kTimedOut);
}

TEST(HttpClient, EndsSoonWhenItIsCancelled) {
  std::promise<void> asked;
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    asked.set_value();
    connection.WaitForTheClientToGo();
  });
  HttpClient client({});
  HttpExchange exchange = Get(server.url());
  auto call = std::async(std::launch::async, [&] { return client.Exchange(exchange); });
  asked.get_future().wait();
  const auto start = std::chrono::steady_clock::now();
  exchange.cancelled.Cancel();
  EXPECT_EQ(KindOf(call.get()), Kind::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST(HttpClient, SendsNothingWhenItIsCancelledBefore) {
  ScriptedServer server(Echo);
  HttpClient client({});
  HttpExchange exchange = Get(server.url());
  exchange.cancelled.Cancel();
  EXPECT_EQ(KindOf(client.Exchange(exchange)), Kind::kCancelled);
}

TEST(HttpClient, RefusesWhatWouldBeAnotherRequest) {
  HttpClient client({});
  HttpExchange exchange = Get("http://127.0.0.1:1/");
  exchange.headers = {{"X", "a\r\nY: b"}};
  EXPECT_TRUE(std::holds_alternative<Error>(client.Exchange(exchange)));
  exchange.headers = {{"X Y", "a"}};
  EXPECT_TRUE(std::holds_alternative<Error>(client.Exchange(exchange)));
  exchange.headers = {};
  exchange.method = "GET /x HTTP/1.1\r\n";
  EXPECT_TRUE(std::holds_alternative<Error>(client.Exchange(exchange)));
  const HttpResult secret = client.Exchange(Get("http://me:hunter2@127.0.0.1/"));
  EXPECT_TRUE(std::holds_alternative<Error>(secret));
  EXPECT_THAT(BodyOf(secret), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace hyperlocal
