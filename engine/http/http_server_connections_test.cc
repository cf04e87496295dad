#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/file/file_descriptor_internal.h"
#include "engine/http/http_server.h"
#include "tests/support/http_server_support.h"
#include "tests/support/raw_connection.h"

// Connections: many of them, idle ones, and their end.

namespace hyperlocal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::Event;
using ::testing::HasSubstr;
using testing::RawConnection;
using testing::StartHttpServer;
using ::testing::StartsWith;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

void Hello(HttpRequest&, HttpResponse& response) {
  response.body = "hello";
}

std::ptrdiff_t OpenDescriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

TEST(HttpServer, KeepsAThousandConnectionsWithTwoThreads) {
  HttpServerOptions options;
  options.threads = 2;
  const auto server = StartHttpServer(Hello, options);
  std::vector<RawConnection> idle;
  for (int i = 0; i < 1000; ++i) idle.emplace_back(server->port());
  RawConnection busy(server->port());
  for (int i = 0; i < 1000; ++i) {
    busy.Send(kGet);
    ASSERT_EQ(busy.ReadAnswer().body, "hello");
  }
  // They were not forgotten.
  for (RawConnection& connection : idle) connection.Send(kGet);
  for (RawConnection& connection : idle) ASSERT_EQ(connection.ReadAnswer().body, "hello");
  for (RawConnection& connection : idle) connection.Send(kGet);
  for (RawConnection& connection : idle) ASSERT_EQ(connection.ReadAnswer().body, "hello");
}

TEST(HttpServer, NeedsNoThreadForAHeadThatIsNotThereYet) {
  HttpServerOptions options;
  options.threads = 1;
  const auto server = StartHttpServer(Hello, options);
  std::vector<RawConnection> slow;
  for (int i = 0; i < 50; ++i) {
    slow.emplace_back(server->port());
    slow.back().Send("GET / HTTP/1.1\r\nHo");
  }
  RawConnection fast(server->port());
  fast.Send(kGet);
  EXPECT_EQ(fast.ReadAnswer().body, "hello");
  for (RawConnection& connection : slow) connection.Send("st: x\r\n\r\n");
  for (RawConnection& connection : slow) EXPECT_EQ(connection.ReadAnswer().body, "hello");
}

TEST(HttpServer, LetsFurtherRequestsWaitForAThread) {
  HttpServerOptions options;
  options.threads = 2;
  Event go;
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  const auto server = StartHttpServer(
      [&](HttpRequest&, HttpResponse&) {
        const int now = ++running;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        EXPECT_TRUE(go.Wait());
        --running;
      },
      options);
  std::vector<RawConnection> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(server->port());
    clients.back().Send(kGet);
  }
  while (running < 2) std::this_thread::yield();
  go.Set();
  for (RawConnection& client : clients) EXPECT_EQ(client.ReadAnswer().status, 200);
  EXPECT_EQ(most, 2);
}

TEST(HttpServer, EndsIdleConnections) {
  HttpServerOptions options;
  options.idle_timeout = milliseconds(40);
  const auto server = StartHttpServer(Hello, options);
  RawConnection silent(server->port());
  RawConnection once(server->port());
  once.Send(kGet);
  EXPECT_EQ(once.ReadAnswer().body, "hello");
  EXPECT_TRUE(once.EndsHere());
  EXPECT_FALSE(once.was_reset());
  EXPECT_TRUE(silent.EndsHere());
}

TEST(HttpServer, AnswersAHeadThatDoesNotEndWith408) {
  HttpServerOptions options;
  options.stall_timeout = milliseconds(60);
  const auto server = StartHttpServer(Hello, options);
  RawConnection client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(client.ReadAnswer().status, 408);
  EXPECT_TRUE(client.EndsHere());

  // Nor does it help to send a byte now and then: the time counts from the first one.
  RawConnection dripping(server->port());
  dripping.Send("GET / HTTP/1.1\r\nA: ");
  std::atomic<bool> done{false};
  std::thread drip([&] {
    while (!done && dripping.Send("a")) std::this_thread::sleep_for(milliseconds(5));
  });
  const int status = dripping.ReadAnswer().status;
  done = true;
  drip.join();
  EXPECT_EQ(status, 408);
}

TEST(HttpServer, TellsConnectionsThatAreTooMany) {
  HttpServerOptions options;
  options.max_connections = 3;
  const auto server = StartHttpServer(Hello, options);
  std::vector<RawConnection> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server->port());
    clients.back().Send(kGet);
    ASSERT_EQ(clients.back().ReadAnswer().status, 200);
  }
  int told = 0;
  for (int i = 0; i < 200; ++i) {  // more than are kept to hear of it
    RawConnection refused(server->port());
    refused.Send(kGet);
    const auto answer = refused.ReadAnswer();
    if (answer.status == 0) continue;
    ++told;
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, "the server has too many connections now");
    EXPECT_TRUE(refused.EndsHere());
  }
  EXPECT_GE(told, 64);
  // When one goes there is room for another.
  clients.pop_back();
  int status = 0;
  const auto end = steady_clock::now() + std::chrono::seconds(10);
  while (status != 200 && steady_clock::now() < end) {
    RawConnection next(server->port());
    next.Send(kGet);
    status = next.ReadAnswer().status;
  }
  EXPECT_EQ(status, 200);
}

TEST(HttpServer, StopsAtOnceWhenNothingRuns) {
  const auto server = StartHttpServer(Hello);
  RawConnection silent(server->port());
  RawConnection kept(server->port());
  kept.Send(kGet);
  ASSERT_EQ(kept.ReadAnswer().status, 200);
  const auto before = steady_clock::now();
  server->Stop(std::chrono::minutes(5));
  server->Stop();
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(5));
  EXPECT_TRUE(kept.EndsHere());
  EXPECT_TRUE(silent.EndsHere());
}

TEST(HttpServer, LetsRequestsFinishThatHaveArrivedBeforeItStops) {
  HttpServerOptions options;
  options.threads = 1;
  Event running;
  Event go;
  const auto server = StartHttpServer(
      [&](HttpRequest& request, HttpResponse& response) {
        if (request.path() == "/first") {
          running.Set();
          EXPECT_TRUE(go.Wait());
        }
        EXPECT_FALSE(request.ClientIsGone());
        response.body = request.target;
      },
      options);
  RawConnection first(server->port());
  first.Send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(running.Wait());
  RawConnection second(server->port());
  second.Send("GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  const int port = server->port();
  std::thread stopper([&] { server->Stop(std::chrono::minutes(5)); });
  while (RawConnection::IsAccepted(port)) std::this_thread::yield();
  go.Set();
  stopper.join();
  const auto answer = first.ReadAnswer();
  EXPECT_EQ(answer.body, "/first");
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_TRUE(first.EndsHere());
  EXPECT_EQ(second.ReadAnswer().body, "/second");
  EXPECT_TRUE(second.EndsHere());
}

TEST(HttpServer, CutsWhatStillRunsAfterTheGrace) {
  Event waits;
  Event sends;
  Event reads;
  std::atomic<bool> cut{false};
  const auto server = StartHttpServer([&](HttpRequest& request, HttpResponse& response) {
    if (request.path() == "/wait") {
      waits.Set();
      cut = request.ClientGoesWithin(std::chrono::minutes(5));
    } else if (request.path() == "/read") {
      reads.Set();
      EXPECT_FALSE(request.ReadSmallBody(100));
    } else {
      response.source = [&](std::uint64_t, char* to, std::size_t room) -> Result<std::size_t> {
        sends.Set();
        std::memset(to, 'x', room);
        return room;
      };
    }
  });
  RawConnection waiting(server->port());
  waiting.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  RawConnection sending(server->port());
  sending.Send("GET /send HTTP/1.1\r\nHost: x\r\n\r\n");
  RawConnection reading(server->port());
  reading.Send("PUT /read HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  ASSERT_TRUE(waits.Wait() && sends.Wait() && reads.Wait());
  const auto before = steady_clock::now();
  server->Stop(milliseconds(20));
  const auto took = steady_clock::now() - before;
  EXPECT_GE(took, milliseconds(20));
  EXPECT_LT(took, std::chrono::seconds(5));
  EXPECT_TRUE(cut);
}

TEST(HttpServer, StopsUnderLoadAndLeavesNothingOpen) {
  const auto before = OpenDescriptors();
  for (const int grace : {0, 50, 0, 50}) {
    std::atomic<bool> go_on{true};
    std::atomic<int> answers{0};
    auto server = StartHttpServer(Hello);
    std::vector<std::thread> clients;
    for (int i = 0; i < 6; ++i) {
      std::vector<RawConnection> its_connections;
      for (int k = 0; k < 5; ++k) its_connections.emplace_back(server->port());
      clients.emplace_back([&, connections = std::move(its_connections)]() mutable {
        while (go_on) {
          for (RawConnection& connection : connections) {
            if (!connection.Send(kGet)) return;
            const auto answer = connection.ReadAnswer();
            if (answer.status == 0) return;
            if (answer.body != "hello") ADD_FAILURE() << "a wrong answer: " << answer.body;
            ++answers;
          }
        }
      });
    }
    while (answers < 200) std::this_thread::yield();
    server->Stop(milliseconds(grace));
    server.reset();
    go_on = false;
    for (std::thread& client : clients) client.join();
  }
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(HttpServer, GivesItsPortBack) {
  HttpServerOptions options;
  auto first = StartHttpServer(Hello);
  options.port = first->port();
  RawConnection client(options.port);
  client.Send(kGet);
  client.ReadAnswer();
  first.reset();
  const auto second = HttpServer::Start(options, Hello);
  ASSERT_TRUE(second) << second.error().message;
  RawConnection again(options.port);
  again.Send(kGet);
  EXPECT_EQ(again.ReadAnswer().body, "hello");
}

TEST(HttpServer, NamesWhoHasThePort) {
  const auto server = StartHttpServer(Hello);
  HttpServerOptions options;
  options.port = server->port();
  const auto second = HttpServer::Start(options, Hello);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kDependencyUnavailable);
  EXPECT_THAT(second.error().message,
              StartsWith("cannot listen on 127.0.0.1:" + std::to_string(options.port) +
                         ": the port is taken by process " + std::to_string(::getpid()) + " ("));
  EXPECT_THAT(second.error().message, HasSubstr("choose another port"));
}

TEST(HttpServer, RefusesOptionsThatMakeNoSense) {
  struct Case {
    HttpServerOptions options;
    ErrorCode code;
    const char* message;
  };
  for (const Case& row :
       {Case{{.port = 65536}, ErrorCode::kUsage, "no port 65536"},
        Case{{.port = -1}, ErrorCode::kUsage, "no port -1"},
        Case{{.threads = 0}, ErrorCode::kUsage, "at least one thread"},
        Case{{.max_connections = 0}, ErrorCode::kUsage, "one connection"},
        Case{{.idle_timeout = milliseconds(0)}, ErrorCode::kUsage, "at least 1 ms"},
        Case{{.host = "192.0.2.1"}, ErrorCode::kDependencyUnavailable, "192.0.2.1:0"},
        Case{{.host = "no host"}, ErrorCode::kDependencyUnavailable, "no host:0"}}) {
    const auto server = HttpServer::Start(row.options, Hello);
    ASSERT_FALSE(server) << row.message;
    EXPECT_EQ(server.error().code, row.code) << row.message;
    EXPECT_THAT(server.error().message, HasSubstr(row.message));
  }
}

TEST(HttpServer, TellsItsAddress) {
  const auto server = StartHttpServer(Hello);
  const std::string port = std::to_string(server->port());
  EXPECT_EQ(server->base_url(), "http://127.0.0.1:" + port);
  const auto everywhere = StartHttpServer(Hello, {.host = "0.0.0.0"});
  EXPECT_EQ(everywhere->base_url(), "http://127.0.0.1:" + std::to_string(everywhere->port()));
  RawConnection client(everywhere->port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().body, "hello");
}

TEST(HttpServer, ListensToBothFamilies) {
  auto server = HttpServer::Start({.host = "::"}, [](HttpRequest& request, HttpResponse& response) {
    response.body = request.peer;
  });
  if (!server) GTEST_SKIP() << "this machine has no IPv6: " << server.error().message;
  EXPECT_EQ((*server)->base_url(), "http://[::1]:" + std::to_string((*server)->port()));
  RawConnection client((*server)->port());
  client.Send(kGet);
  EXPECT_EQ(client.ReadAnswer().body, "127.0.0.1");
}

TEST(HttpServer, OutlivesAShortageOfDescriptors) {
  const auto server = StartHttpServer(Hello);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 256;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<FileDescriptor> taken;
  while (taken.empty() || taken.back().valid())
    taken.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  taken.pop_back();  // the one that could not be had
  taken.pop_back();  // for the client
  RawConnection client(server->port());
  client.Send(kGet);
  taken.clear();
  EXPECT_EQ(client.ReadAnswer().body, "hello");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(HttpServer, RaisesTheLimitOfDescriptorsAsFarAsItMay) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 256;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  rlimit now{};
  StartHttpServer(Hello, {.max_connections = 10'000'000})->Stop();
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &now), 0);
  EXPECT_EQ(now.rlim_cur, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace hyperlocal
