#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/http/http_server.h"
#include "tests/support/http_server_support.h"
#include "tests/support/raw_connection.h"

// Bodies in both directions.

namespace hyperlocal {
namespace {

using std::chrono::milliseconds;
using testing::Event;
using ::testing::HasSubstr;
using testing::RawConnection;
using testing::StartHttpServer;
using Ending = HttpResponse::Ending;

std::string Get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string Put(const std::string& fields, const std::string& body = "") {
  return "PUT / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}

// Reads the body and answers with it, or with the error.
void EchoBody(HttpRequest& request, HttpResponse& response) {
  const Status read = request.ReadBody([&](std::string_view part) {
    response.body += part;
    return Ok();
  });
  if (read) return;
  response.status = 599;
  response.headers.Add("x-code", std::string(read.error().spec().wire));
  response.body = read.error().message;
}

// A source of `size` bytes that can be told apart by their place.
HttpResponse::BodySource Pattern(std::uint64_t size) {
  return [size](std::uint64_t offset, char* to, std::size_t room) -> Result<std::size_t> {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(room, size > offset ? size - offset : 0));
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<char>('a' + (offset + i) % 23);
    return count;
  };
}

std::string PatternText(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

TEST(HttpRequestBody, ArrivesInAnyPieces) {
  const auto server = StartHttpServer(EchoBody);
  RawConnection client(server->port());
  const std::string length = Put("Content-Length: 11\r\n", "hello\r\n\r\n0\r") + Get("/");
  const std::string chunks = Put("Transfer-Encoding: chunked\r\n",
                                 "5;a=b\r\nhello\r\n6\r\n\r\n\r\n0\r\r\n0\r\nTrailer: x\r\n\r\n") +
                             Get("/");
  for (const std::string& text : {length, chunks}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
      for (std::size_t at = 0; at < text.size(); at += piece) client.Send(text.substr(at, piece));
      EXPECT_EQ(client.ReadAnswer().body, "hello\r\n\r\n0\r");
      const auto next = client.ReadAnswer();
      EXPECT_EQ(next.status, 200);
      EXPECT_EQ(next.body, "");
    }
  }
}

TEST(HttpRequestBody, IsAnnounced) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    response.body = std::to_string(request.has_body) + " " +
                    (request.content_length ? std::to_string(*request.content_length) : "unknown");
  });
  RawConnection client(server->port());
  client.Send(Put("Content-Length: 3\r\n", "abc") + Put("Content-Length: 0\r\n") +
              Put("Transfer-Encoding: chunked\r\n", "0\r\n\r\n") + Put(""));
  EXPECT_EQ(client.ReadAnswer().body, "1 3");
  EXPECT_EQ(client.ReadAnswer().body, "1 0");
  EXPECT_EQ(client.ReadAnswer().body, "1 unknown");
  EXPECT_EQ(client.ReadAnswer().body, "0 unknown");
}

TEST(HttpRequestBody, IsLeftAsItIs) {
  const auto server = StartHttpServer(EchoBody);
  RawConnection client(server->port());
  const std::string form(100'000, '&');
  for (const char* type :
       {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    client.Send(Put("Content-Type: " + std::string(type) + "\r\nContent-Encoding: gzip\r\n" +
                        "Content-Length: " + std::to_string(form.size()) + "\r\n",
                    form));
    const auto answer = client.ReadAnswer();
    EXPECT_EQ(answer.status, 200) << type;
    EXPECT_TRUE(answer.body == form) << type;
  }
}

TEST(HttpRequestBody, ThatIsCutOffIsAnErrorToItsReader) {
  struct Case {
    const char* request;
    const char* message;
  };
  const auto server = StartHttpServer(EchoBody);
  for (const Case& row :
       {Case{"Content-Length: 10\r\n\r\nabc", "went away after 3 of 10 bytes"},
        Case{"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", "went away after 3 bytes"},
        Case{"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", "went away after 3 bytes"}}) {
    RawConnection client(server->port());
    client.Send("PUT / HTTP/1.1\r\nHost: x\r\n" + std::string(row.request));
    client.FinishSending();
    const auto answer = client.ReadAnswer();
    EXPECT_EQ(answer.Header("x-code"), "IO") << row.request;
    EXPECT_THAT(answer.body, HasSubstr(row.message)) << row.request;
    EXPECT_TRUE(client.EndsHere()) << row.request;
  }
}

TEST(HttpRequestBody, ThatStandsStillIsATimeout) {
  HttpServerOptions options;
  options.stall_timeout = milliseconds(30);
  const auto server = StartHttpServer(EchoBody, options);
  RawConnection client(server->port());
  client.Send(Put("Content-Length: 10\r\n", "abc"));
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.Header("x-code"), "TIMEOUT");
  EXPECT_THAT(answer.body, HasSubstr("nothing for 30 ms after 3 of 10 bytes"));
  EXPECT_TRUE(client.EndsHere());
}

TEST(HttpRequestBody, OfBadChunksIsRefusedWhateverTheHandlerSays) {
  std::atomic<int> handled{0};
  const auto server = StartHttpServer([&](HttpRequest& request, HttpResponse& response) {
    ++handled;
    const auto body = request.ReadSmallBody(1000);
    EXPECT_EQ(body ? ErrorCode::kInternal : body.error().code, ErrorCode::kBadRequest);
    response.status = 200;
  });
  for (const char* body : {"x\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n", "3\r\nabc\n",
                           "1000000000000000000\r\n", "3;\r\r\n", "0\r\n\n"}) {
    RawConnection client(server->port());
    client.Send(Put("Transfer-Encoding: chunked\r\n", body) + Get("/hidden"));
    EXPECT_EQ(client.ReadAnswer().status, 400) << body;
    EXPECT_TRUE(client.EndsHere()) << body;
  }
  EXPECT_EQ(handled, 7);
}

TEST(HttpRequestBody, IsWaitedForWithContinueWhenItIsRead) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    if (request.headers.Has("x-refuse")) {
      response.status = 412;
      return;
    }
    EchoBody(request, response);
  });
  RawConnection client(server->port());
  client.Send(Put("Expect: 100-continue\r\nContent-Length: 3\r\n"));
  EXPECT_EQ(client.ReadAnswer().status, 100);
  client.Send("abc");
  EXPECT_EQ(client.ReadAnswer().body, "abc");

  // It does not wait: no word is needed.
  client.Send(Put("Expect: 100-continue\r\nContent-Length: 3\r\n", "abc"));
  EXPECT_EQ(client.ReadAnswer().body, "abc");

  // Nobody knows whether the body will be sent after a refusal.
  client.Send(Put("Expect: 100-continue\r\nContent-Length: 3\r\nx-refuse: 1\r\n"));
  const auto refused = client.ReadAnswer();
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.Header("Connection"), "close");
  EXPECT_TRUE(client.EndsHere());
}

TEST(HttpRequestBody, ThatNobodyReadsIsDropped) {
  const auto server = StartHttpServer([](HttpRequest&, HttpResponse& response) {
    response.status = 404;
    response.body = "no such thing";
  });
  RawConnection client(server->port());
  const std::string small(1'000'000, 'x');
  for (int i = 0; i < 3; ++i) {
    client.Send(Put("Content-Length: 1000000\r\n", small));
    client.Send(Put("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"));
    EXPECT_EQ(client.ReadAnswer().body, "no such thing");
    const auto answer = client.ReadAnswer();
    EXPECT_EQ(answer.body, "no such thing");
    EXPECT_EQ(answer.Header("Connection"), "");
  }
}

TEST(HttpRequestBody, ThatNobodyReadsAndIsLargeEndsTheConnectionAfterTheAnswer) {
  const auto server = StartHttpServer([](HttpRequest&, HttpResponse& response) {
    response.status = 404;
    response.body = "no such thing";
  });
  for (const char* coding : {"Content-Length: 50000000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    RawConnection client(server->port());
    client.Send(Put(coding, *coding == 'C' ? "" : "2000000\r\n"));
    // Most of it is sent although the answer is there: the client is not torn away from it.
    std::thread sender([&] { client.Send(std::string(20'000'000, 'x')); });
    const auto answer = client.ReadAnswer();
    sender.join();
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, "no such thing");
    EXPECT_TRUE(client.EndsHere());
  }
}

TEST(HttpRequestBody, MayBeLimited) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    const auto body = request.ReadSmallBody(5);
    response.status = body ? 200 : body.error().spec().http_status;
    response.body = body ? *body : body.error().message;
  });
  RawConnection client(server->port());
  client.Send(Put("Content-Length: 5\r\n", "abcde") + Put("Content-Length: 6\r\n", "abcdef") +
              Put("Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n0\r\n\r\n") +
              Put("Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n1\r\nf\r\n0\r\n\r\n") + Put(""));
  EXPECT_EQ(client.ReadAnswer().body, "abcde");
  EXPECT_EQ(client.ReadAnswer().body, "the body has more than the 5 bytes it may have");
  EXPECT_EQ(client.ReadAnswer().body, "abcde");
  const auto refused = client.ReadAnswer();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, "the body has more than the 5 bytes it may have");
  EXPECT_EQ(client.ReadAnswer().body, "");
}

TEST(HttpRequestBody, IsReadOnceAndAsFarAsTheSinkWants) {
  std::string first;
  std::string second;
  const auto server = StartHttpServer([&](HttpRequest& request, HttpResponse&) {
    const Status read = request.ReadBody([](std::string_view) -> Status {
      return Error{ErrorCode::kIo, "the disk is full"};
    });
    first = read ? "" : read.error().message;
    const Status again = request.ReadBody([](std::string_view) { return Ok(); });
    second = again ? "" : again.error().message;
  });
  RawConnection client(server->port());
  client.Send(Put("Content-Length: 3\r\n", "abc"));
  EXPECT_EQ(client.ReadAnswer().status, 200);
  EXPECT_EQ(first, "the disk is full");
  EXPECT_THAT(second, HasSubstr("only once"));
  client.Send(Put("Content-Length: 3\r\n", "abc"));  // the connection goes on
  EXPECT_EQ(client.ReadAnswer().status, 200);
}

TEST(HttpResponseBody, ComesFromASource) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    const std::uint64_t size = std::stoul(std::string(request.query()));
    response.source = Pattern(size);
    if (request.path() == "/length") response.source_length = size;
  });
  RawConnection client(server->port());
  for (const std::size_t size : {0U, 1U, 4096U, 262'144U, 262'145U, 1'000'000U}) {
    client.Send(Get("/length?" + std::to_string(size)) + Get("/chunks?" + std::to_string(size)));
    const auto length = client.ReadAnswer();
    EXPECT_EQ(length.Header("Content-Length"), std::to_string(size));
    EXPECT_TRUE(length.body == PatternText(size)) << size;
    const auto chunks = client.ReadAnswer();
    EXPECT_EQ(chunks.Header("Transfer-Encoding"), "chunked");
    EXPECT_TRUE(chunks.whole);
    EXPECT_TRUE(chunks.body == PatternText(size)) << size;
  }
}

TEST(HttpResponseBody, OfUnknownLengthEndsWithTheConnectionInHttp10) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    response.source = Pattern(1'000'000);
    if (request.path() == "/fails") {
      response.source = [](std::uint64_t offset, char* to, std::size_t) -> Result<std::size_t> {
        if (offset > 0) return Error{ErrorCode::kIo, "lost"};
        *to = 'x';
        return 1U;
      };
    }
  });
  RawConnection client(server->port());
  client.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.Header("Transfer-Encoding") + answer.Header("Content-Length"), "");
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_TRUE(answer.body == PatternText(1'000'000));

  // What fails there must not look whole.
  RawConnection failing(server->port());
  failing.Send("GET /fails HTTP/1.0\r\n\r\n");
  failing.ReadToEnd();
  EXPECT_TRUE(failing.was_reset());
}

TEST(HttpResponseBody, IsSentPieceByPiece) {
  Event seen;
  const auto server = StartHttpServer([&](HttpRequest&, HttpResponse& response) {
    response.source = [&](std::uint64_t offset, char* to, std::size_t) -> Result<std::size_t> {
      // The second piece is made when the first one has been received.
      if (offset > 0 && !seen.Wait()) return Error{ErrorCode::kIo, "the first piece was held back"};
      if (offset == 2) return 0U;
      *to = 'x';
      return 1U;
    };
  });
  RawConnection client(server->port());
  client.Send(Get("/"));
  std::string head_and_piece;
  while (!head_and_piece.ends_with("1\r\nx\r\n")) {
    ASSERT_LT(head_and_piece.size(), 1000U);
    head_and_piece += client.ReadExactly(1);
  }
  seen.Set();
  EXPECT_EQ(client.ReadExactly(11), "1\r\nx\r\n0\r\n\r\n");
}

TEST(HttpResponseBody, IsShortWhenItsSourceFails) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    const std::string kind(request.path());
    if (kind != "/chunks") response.source_length = 1000;
    response.source = [kind](std::uint64_t offset, char* to, std::size_t) -> Result<std::size_t> {
      if (offset == 0 && kind != "/at-once") {
        std::memset(to, 'x', 10);
        return 10U;
      }
      if (kind == "/throws") throw std::runtime_error("lost");
      if (kind == "/ends") return 0U;
      if (kind == "/lies") return std::size_t{1} << 40;
      return Error{ErrorCode::kIo, "lost"};
    };
  });
  for (const char* kind : {"/fails", "/chunks", "/throws", "/ends", "/lies"}) {
    RawConnection client(server->port());
    client.Send(Get(kind));
    const auto answer = client.ReadAnswer();
    EXPECT_EQ(answer.status, 200) << kind;
    EXPECT_EQ(answer.body, "xxxxxxxxxx") << kind;
    EXPECT_FALSE(answer.whole) << kind;
  }
  RawConnection client(server->port());
  client.Send(Get("/at-once"));
  const auto answer = client.ReadAnswer();
  EXPECT_EQ(answer.Header("Content-Length"), "1000");
  EXPECT_EQ(answer.body, "");
}

TEST(HttpResponseBody, IsKeptUntilItIsSent) {
  std::atomic<bool> kept{true};
  const auto server = StartHttpServer([&](HttpRequest&, HttpResponse& response) {
    std::shared_ptr<int> held(new int(7), [&](int* number) {
      kept = false;
      delete number;
    });
    response.source_length = 600'000;
    response.source = [&kept, held](std::uint64_t, char* to,
                                    std::size_t room) -> Result<std::size_t> {
      std::memset(to, kept && *held == 7 ? 'k' : 'g', room);
      return room;
    };
  });
  RawConnection client(server->port());
  client.Send(Get("/"));
  EXPECT_TRUE(client.ReadAnswer().body == std::string(600'000, 'k'));
}

TEST(HttpResponseEnding, ClosesInTheMiddle) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    response.ending = Ending::kClosed;
    response.ending_at = std::stoul(std::string(request.query()));
    if (request.path() == "/body") {
      response.body = PatternText(1'000'000);
    } else {
      response.source = Pattern(1'000'000);
      if (request.path() == "/length") response.source_length = 1'000'000;
    }
  });
  for (const char* path : {"/body", "/length", "/chunks"}) {
    for (const std::size_t at : {0U, 1U, 700'000U, 1'000'000U, 2'000'000U}) {
      RawConnection client(server->port());
      client.Send(Get(path + ("?" + std::to_string(at))));
      const auto answer = client.ReadAnswer();
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(answer.Header("Content-Length"), path == std::string("/chunks") ? "" : "1000000");
      EXPECT_TRUE(answer.body == PatternText(std::min<std::size_t>(at, 1'000'000))) << path << at;
      EXPECT_TRUE(client.EndsHere());
      EXPECT_FALSE(client.was_reset()) << path << at;
    }
  }
}

TEST(HttpResponseEnding, ResetsInTheMiddle) {
  const auto server = StartHttpServer([](HttpRequest& request, HttpResponse& response) {
    response.ending = Ending::kReset;
    response.ending_at = std::stoul(std::string(request.query()));
    response.source = Pattern(1'000'000);
    response.source_length = 1'000'000;
  });
  for (const std::size_t at : {1U, 100'000U, 700'000U}) {
    RawConnection client(server->port());
    client.Send(Get("/?" + std::to_string(at)));
    const auto answer = client.ReadAnswer();
    EXPECT_EQ(answer.Header("Content-Length"), "1000000");
    EXPECT_TRUE(answer.body == PatternText(at)) << at;
    EXPECT_TRUE(client.was_reset()) << at;
  }
  RawConnection client(server->port());
  client.Send(Get("/?0"));
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_TRUE(client.was_reset());
}

TEST(HttpResponseBody, StopsWhenNobodyTakesIt) {
  HttpServerOptions options;
  options.stall_timeout = milliseconds(50);
  Event gone;
  const auto server = StartHttpServer(
      [&](HttpRequest&, HttpResponse& response) {
        std::shared_ptr<int> held(new int(0), [&](int* number) {
          gone.Set();
          delete number;
        });
        response.source = [held, endless = Pattern(std::uint64_t{1} << 60)](
                              std::uint64_t offset, char* to, std::size_t room) {
          return endless(offset, to, room);
        };
      },
      options);
  RawConnection client(server->port());
  client.Send(Get("/"));
  EXPECT_TRUE(gone.Wait());
}

TEST(HttpRequest, KnowsWhetherItsClientIsThere) {
  Event asked;
  Event answered;
  std::atomic<bool> there{false};
  std::atomic<bool> stays{false};
  std::atomic<bool> goes{false};
  const auto server = StartHttpServer([&](HttpRequest& request, HttpResponse&) {
    if (request.path() == "/unread") return;
    there = !request.ClientIsGone();
    stays = !request.ClientGoesWithin(milliseconds(1));
    asked.Set();
    goes = request.ClientGoesWithin(std::chrono::minutes(1)) && request.ClientIsGone();
    answered.Set();
  });
  RawConnection client(server->port());
  client.Send(Get("/") + Get("/unread"));  // more bytes than the request's do not hide the end
  ASSERT_TRUE(asked.Wait());
  client.Close();
  ASSERT_TRUE(answered.Wait());
  EXPECT_TRUE(there);
  EXPECT_TRUE(stays);
  EXPECT_TRUE(goes);
}

// The most memory this process has had, in KiB.
long PeakMemory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(HttpServer, NeedsNoMoreMemoryForLongerBodies) {
  constexpr std::uint64_t kLong = std::uint64_t{256} << 20;
  std::atomic<std::uint64_t> received{0};
  const auto server = StartHttpServer([&](HttpRequest& request, HttpResponse& response) {
    const Status read = request.ReadBody([&](std::string_view part) {
      received += part.size();
      return Ok();
    });
    response.status = read ? 200 : 500;
    response.source_length = kLong;
    response.source = [](std::uint64_t, char* to, std::size_t room) -> Result<std::size_t> {
      std::memset(to, 'x', room);
      return room;
    };
  });
  RawConnection client(server->port());
  const std::string piece(1 << 20, 'x');
  const long before = PeakMemory();
  client.Send("PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
              std::to_string(kLong) + "\r\n\r\n");
  for (std::uint64_t sent = 0; sent < kLong; sent += piece.size()) client.Send(piece);
  EXPECT_GT(client.CountToEnd(), kLong);
  EXPECT_EQ(received, kLong);
  EXPECT_LT(PeakMemory() - before, 16 << 10);
}

}  // namespace
}  // namespace hyperlocal
