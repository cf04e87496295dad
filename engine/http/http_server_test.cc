#include "engine/http/http_server.h"

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_server_support.h"
#include "tests/support/raw_connection.h"

// Requests and answers. Bodies are in http_server_body_test.cc, connections in
// http_server_connections_test.cc.

namespace hyperlocal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawConnection;
using testing::StartHttpServer;
using ::testing::StartsWith;

// Says what it was asked.
void Echo(HttpRequest& request, HttpResponse& response) {
  response.headers.Add("x-method", request.method);
  response.headers.Add("x-peer", request.peer);
  response.headers.Add("x-marker", std::string(request.headers.Get("X-Marker")));
  response.headers.Add("x-query", std::string(request.query()));
  response.body = request.target;
}

std::string Get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

TEST(HttpServer, HandsOverTheRequestAsItCame) {
  const auto server = StartHttpServer(Echo);
  RawConnection client(server->port());
  client.Send(Get("/b/x/o/a%2Fb%0A%zz?alt=media&x=%41", "x-marker: \xc3\xa4 value \r\n"));
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "/b/x/o/a%2Fb%0A%zz?alt=media&x=%41");
  EXPECT_EQ(answer.Header("x-query"), "alt=media&x=%41");
  EXPECT_EQ(answer.Header("x-marker"), "\xc3\xa4 value");
  EXPECT_EQ(answer.Header("x-method"), "GET");
  EXPECT_EQ(answer.Header("x-peer"), "127.0.0.1");
}

TEST(HttpServer, TakesATargetApart) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    response.body = std::string(request.path()) + " " + std::string(request.query());
  });
  RawConnection client(server->port());
  client.Send(Get("/a?b?c") + Get("/a%3Fb") + Get("/?"));
  EXPECT_EQ(client.ReadAnswer().body, "/a b?c");
  EXPECT_EQ(client.ReadAnswer().body, "/a%3Fb ");
  EXPECT_EQ(client.ReadAnswer().body, "/ ");
}

TEST(HttpServer, WritesAWholeAnswerAndChangesNothingInIt) {
  const std::string text(20'000, 't');
  const auto server = StartHttpServer([&](HttpRequest&, HttpResponse& response) {
    response.status = 206;
    response.headers = {{"Content-Type", "text/plain"}, {"x-Twice", "1"}, {"x-Twice", "2"}};
    response.body = text;
  });
  RawConnection client(server->port());
  client.Send(Get("/", "Accept-Encoding: gzip, br\r\nRange: bytes=0-3\r\n"));
  const auto answer = client.ReadAnswer();
  EXPECT_THAT(answer.head,
              AllOf(StartsWith("HTTP/1.1 206 Partial Content\r\nDate: "),
                    HasSubstr("\r\nContent-Type: text/plain\r\nx-Twice: 1\r\nx-Twice: 2\r\n"),
                    HasSubstr("\r\nContent-Length: 20000"), Not(HasSubstr("Content-Encoding")),
                    Not(HasSubstr("Content-Range")), Not(HasSubstr("Connection"))));
  EXPECT_TRUE(answer.body == text);
}

TEST(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
  const auto server = StartHttpServer(Echo);
  RawConnection client(server->port());
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += Get("/" + std::to_string(i));
  std::thread sender([&] { client.Send(requests); });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(client.ReadAnswer().body, "/" + std::to_string(i));
  sender.join();
}

TEST(HttpServer, TakesHeadsByteByByte) {
  const auto server = StartHttpServer(Echo);
  RawConnection client(server->port());
  for (int i = 0; i < 3; ++i) {
    for (const char c : "\r\n" + Get("/slow" + std::to_string(i))) client.Send({&c, 1});
    EXPECT_EQ(client.ReadAnswer().body, "/slow" + std::to_string(i));
  }
  // The rest of one request and the start of the next in the same packet.
  const std::string two = Get("/first") + Get("/second");
  client.Send(two.substr(0, 20));
  client.Send(two.substr(20, 40));
  client.Send(two.substr(60));
  EXPECT_EQ(client.ReadAnswer().body, "/first");
  EXPECT_EQ(client.ReadAnswer().body, "/second");
}

TEST(HttpServer, AnswersHeadWithTheHeadOfGet) {
  std::atomic<int> sourced{0};
  const auto server = StartHttpServer([&](HttpRequest& request, HttpResponse& response) {
    if (request.path() == "/body") {
      response.body = "0123456789";
      return;
    }
    response.source = [&](std::uint64_t, char*, std::size_t) -> Result<std::size_t> {
      ++sourced;
      return 0U;
    };
    if (request.path() == "/length") response.source_length = 1'000'000'000'000;
  });
  RawConnection client(server->port());
  for (const char* target : {"/body", "/length", "/chunks"}) {
    client.Send("HEAD " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  client.Send(Get("/body"));
  EXPECT_EQ(client.ReadAnswer(true).Header("Content-Length"), "10");
  EXPECT_EQ(client.ReadAnswer(true).Header("Content-Length"), "1000000000000");
  EXPECT_EQ(client.ReadAnswer(true).Header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(client.ReadAnswer().body, "0123456789");  // nothing came in between
  EXPECT_EQ(sourced, 0);
}

TEST(HttpServer, SendsNoBodyWhereThereIsNone) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    response.status = request.path() == "/204" ? 204 : 304;
    response.body = "must not be sent";
  });
  RawConnection client(server->port());
  client.Send(Get("/204") + Get("/304") + Get("/204"));
  for (const int status : {204, 304, 204}) {
    const auto answer = client.ReadAnswer();
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.Header("Content-Length"), "");
  }
}

TEST(HttpServer, TakesLongTargets) {
  const auto server = StartHttpServer(Echo);
  RawConnection client(server->port());
  const std::string target = "/" + std::string((16 << 10) - 1, '%');
  client.Send(Get(target));
  EXPECT_TRUE(client.ReadAnswer().body == target);
  client.Send(Get(target + "x"));
  EXPECT_EQ(client.ReadAnswer().status, 414);
  EXPECT_TRUE(client.EndsHere());
}

TEST(HttpServer, RefusesHeadsThatAreTooLargeAndReadsNoFurther) {
  const auto server = StartHttpServer(Echo);
  RawConnection client(server->port());
  // More than the server reads and than the system keeps on the way: the answer arrives
  // nevertheless.
  std::string request = "GET / HTTP/1.1\r\nHost: x\r\n";
  while (request.size() < 1'000'000) request += "x-field: some value\r\n";
  client.Send(request);
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 431);
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_TRUE(client.EndsHere());
}

TEST(HttpServer, LetsNoRequestBeSmuggled) {
  std::atomic<int> handled{0};
  const auto server = StartHttpServer([&](HttpRequest&, HttpResponse&) { ++handled; });
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::string head :
       {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
        "0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 44\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 44\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nA: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\n Content-Length: 44\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n"}) {
    RawConnection client(server->port());
    client.Send(head + hidden);
    const auto answer = client.ReadAnswer();
    EXPECT_THAT(answer.status, ::testing::AnyOf(400, 501)) << head;
    EXPECT_EQ(answer.Header("Connection"), "close") << head;
    EXPECT_TRUE(client.EndsHere()) << head;
  }
  EXPECT_EQ(handled, 0);
}

TEST(HttpServer, SaysWhatIsWrongWithARequest) {
  const auto server = StartHttpServer(Echo);
  struct Case {
    const char* request;
    int status;
    const char* reason;
  };
  for (const Case& row :
       {Case{"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "the method \"BREW\" is not known here"},
        Case{"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "HTTP/2.0 is not spoken here"},
        Case{"GET / HTTP/1.1\r\n\r\n", 400, "there is no Host header"},
        Case{"GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417, "\"tea\" cannot be met"},
        Case{"\x16\x03\x01", 400, "this is not HTTP"}}) {
    RawConnection client(server->port());
    client.Send(row.request);
    const auto answer = client.ReadAnswer();
    EXPECT_EQ(answer.status, row.status) << row.request;
    EXPECT_THAT(answer.body, HasSubstr(row.reason)) << row.request;
    EXPECT_EQ(answer.Header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_TRUE(client.EndsHere()) << row.request;
  }
}

TEST(HttpServer, SpeaksHttp10) {
  const auto server = StartHttpServer(Echo);
  RawConnection once(server->port());
  once.Send("GET /x HTTP/1.0\r\n\r\n");
  const auto answer = once.ReadAnswer();
  EXPECT_EQ(answer.body, "/x");
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_TRUE(once.EndsHere());

  RawConnection kept(server->port());
  for (int i = 0; i < 2; ++i) {
    kept.Send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.ReadAnswer().Header("Connection"), "keep-alive");
  }
}

TEST(HttpServer, ClosesWhenTheClientWantsThat) {
  const auto server = StartHttpServer(Echo);
  RawConnection client(server->port());
  client.Send(Get("/x", "Connection: close\r\n") + Get("/never"));
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.body, "/x");
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_TRUE(client.EndsHere());
}

TEST(HttpServer, AnswersAClientThatHasFinishedSending) {
  const auto server = StartHttpServer(Echo);
  RawConnection client(server->port());
  client.Send(Get("/x"));
  client.FinishSending();
  EXPECT_EQ(client.ReadAnswer().body, "/x");
  EXPECT_TRUE(client.EndsHere());
}

TEST(HttpServer, NeverSendsAHeaderThatBreaksOutOfItsLine) {
  const auto server = StartHttpServer([](HttpRequest&, HttpResponse& response) {
    response.headers.Add("x-meta", "a\r\nSet-Cookie: b");
    response.body = "body";
  });
  RawConnection client(server->port());
  client.Send(Get("/"));
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.head, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(answer.body, HasSubstr("control characters"));
  client.Send(Get("/"));
  EXPECT_EQ(client.ReadAnswer().status, 500);
}

TEST(HttpServer, AnswersForAHandlerThatFails) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    if (request.path() == "/throw") throw std::runtime_error("out of luck");
    if (request.path() == "/number") throw 7;
    response.status = request.path() == "/status" ? 42 : 200;
  });
  RawConnection client(server->port());
  client.Send(Get("/throw") + Get("/number") + Get("/status") + Get("/"));
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("out of luck"));
  EXPECT_EQ(client.ReadAnswer().status, 500);
  EXPECT_THAT(client.ReadAnswer().body, HasSubstr("status 42"));
  EXPECT_EQ(client.ReadAnswer().status, 200);
}

TEST(HttpServer, ServesManyClientsAtOnce) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    const auto body = request.ReadSmallBody(1000);
    response.body = request.target + " " + (body ? *body : body.error().message);
  });
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int number = 0; number < 8; ++number) {
    clients.emplace_back([&, number] {
      RawConnection client(server->port());
      for (int i = 0; i < 200; ++i) {
        const std::string target = "/" + std::to_string(number) + "/" + std::to_string(i);
        client.Send("PUT " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
        if (client.ReadAnswer().body == target + " body") ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 8 * 200);
}

}  // namespace
}  // namespace hyperlocal
