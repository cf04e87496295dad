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
#include "tests/support/scripted_server.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using Kind = HttpCallFailure::Kind;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedConnection;
using testing::ScriptedServer;

HttpExchange Get(const std::string& url) {
  HttpExchange exchange;
  exchange.method = "GET";
  exchange.url = url;
  return exchange;
}

HttpExchange Put(const std::string& url, std::string body) {
  HttpExchange exchange;
  exchange.method = "PUT";
  exchange.url = url;
  exchange.body = std::move(body);
  return exchange;
}

// The same bytes from a source.
HttpExchange PutStreamed(const std::string& url, const std::string& body) {
  HttpExchange exchange = Put(url, "");
  exchange.source_length = body.size();
  exchange.source = [body](std::uint64_t offset, char* to,
                           std::size_t room) -> Result<std::size_t> {
    return body.copy(to, room, static_cast<std::size_t>(offset));
  };
  return exchange;
}

std::string BodyOf(const HttpResult& result) {
  if (const auto* const reply = std::get_if<HttpReply>(&result)) return reply->body;
  if (const auto* const failure = std::get_if<HttpCallFailure>(&result)) {
    return "failure: " + failure->message;
  }
  return "error: " + std::get<Error>(result).message;
}

std::optional<Kind> KindOf(const HttpResult& result) {
  const auto* const failure = std::get_if<HttpCallFailure>(&result);
  return failure == nullptr ? std::nullopt : std::optional(failure->kind);
}

int StatusOf(const HttpResult& result) {
  const auto* const reply = std::get_if<HttpReply>(&result);
  return reply == nullptr ? 0 : reply->status;
}

std::string Letters(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 31 % 26);
  return text;
}

// Answers every request of every connection with its own body, or its target.
void Echo(ScriptedConnection& connection) {
  for (;;) {
    const auto request = connection.Read();
    if (request.head.empty()) return;
    connection.Answer("200 OK", "", request.body.empty() ? request.target() : request.body);
  }
}

TEST(HttpClient, GivesStatusHeadersAndBody) {
  std::string head;
  ScriptedServer server([&](ScriptedConnection& connection) {
    head = connection.Read().head;
    connection.Answer("404 Nothing here", "X-One: 1\r\nx-two:  2 \r\nx-two: 3\r\n", "gone");
  });
  HttpClient client({});
  HttpExchange exchange = Get(server.url() + "/a%2Fb?c=d");
  exchange.headers = {{"X-Mine", "me"}, {"Host", "not this"}, {"Content-Length", "7"}};
  const HttpResult result = client.Exchange(exchange);
  ASSERT_EQ(StatusOf(result), 404) << BodyOf(result);
  const auto& reply = std::get<HttpReply>(result);
  EXPECT_EQ(reply.body, "gone");
  EXPECT_EQ(reply.headers.Get("x-ONE"), "1");
  EXPECT_EQ(reply.headers.Get("x-two"), "2");
  EXPECT_THAT(head, HasSubstr("GET /a%2Fb?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Host: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Mine: me\r\n"));
  EXPECT_THAT(head, HasSubstr("User-Agent: hyperlocal\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("not this")));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
}

TEST(HttpClient, UsesAConnectionAgain) {
  ScriptedServer server(Echo);
  HttpClient client({});
  for (int i = 0; i < 20; ++i) {
    const std::string target = "/" + std::to_string(i);
    EXPECT_EQ(BodyOf(client.Exchange(Get(server.url() + target))), target);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, LeavesAConnectionThatItsServerWillClose) {
  for (const std::string header :
       {"Connection: close\r\n", "connection: x, CLOSE\r\n", "Keep-Alive: timeout=1\r\n"}) {
    ScriptedServer server([&](ScriptedConnection& connection) {
      connection.Read();
      connection.Answer("200 OK", header, "x");
      connection.WaitForTheClientToGo();
    });
    HttpClient client({});
    EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "x");
    EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "x");
    EXPECT_EQ(server.connections(), 2) << header;
  }
}

TEST(HttpClient, DoesNotUseAnOldConnection) {
  ScriptedServer server(Echo);
  HttpClient client({.keep_alive = 0ms, .proxies = {}, .ca_file = "", .ca_directory = ""});
  EXPECT_EQ(StatusOf(client.Exchange(Get(server.url()))), 200);
  EXPECT_EQ(StatusOf(client.Exchange(Get(server.url()))), 200);
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, FindsOutThatAKeptConnectionWasClosed) {
  std::promise<void> closed;
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Answer("200 OK", "", "x");
    if (connection.number() > 0) return;
    connection.Close();
    closed.set_value();
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "x");
  closed.get_future().wait();
  EXPECT_EQ(BodyOf(client.Exchange(Put(server.url(), "not idempotent"))), "x");
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, DoesNotTrustAConnectionOnWhichSomethingCame) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n");
    connection.WaitForTheClientToGo();
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "x");
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "x");
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, DoesNotRepeatARequestThatWasSent) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    if (connection.number() > 0) return;
    connection.Answer("200 OK", "", "x");
    connection.Read();  // the second request is there, and lost
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "x");
  EXPECT_EQ(KindOf(client.Exchange(Put(server.url(), "once"))), Kind::kBroken);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, ReadsChunks) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    for (;;) {
      if (connection.Read().head.empty()) return;
      connection.Send(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3;name=\"v\"\r\nabc\r\n00a \r\n0123456789\r\n0\r\nX-Trailer: y\r\n\r\n");
    }
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "abc0123456789");
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "abc0123456789");
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, ReadsABodyThatEndsWithTheConnection) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Send("HTTP/1.0 200 OK\r\n\r\nall of it");
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "all of it");
}

TEST(HttpClient, ExpectsNoBodyWhereThereIsNone) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    for (;;) {
      const auto request = connection.Read();
      if (request.head.empty()) return;
      if (request.method() == "HEAD") {
        connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
      } else {
        connection.Send("HTTP/1.1 " + request.target().substr(1) +
                        " X\r\nContent-Length: 5\r\n\r\n");
      }
    }
  });
  HttpClient client({});
  HttpExchange head = Get(server.url());
  head.method = "HEAD";
  EXPECT_EQ(StatusOf(client.Exchange(head)), 200);
  EXPECT_EQ(StatusOf(client.Exchange(Get(server.url() + "/204"))), 204);
  EXPECT_EQ(StatusOf(client.Exchange(Get(server.url() + "/304"))), 304);
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, FollowsNoRedirection) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Answer("308 Resume Incomplete", "Location: http://127.0.0.1:1/\r\n", "");
  });
  HttpClient client({});
  EXPECT_EQ(StatusOf(client.Exchange(Get(server.url()))), 308);
}

TEST(HttpClient, SkipsInterimAnswers) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.ReadHead();
    connection.Send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "done");
}

TEST(HttpClient, LeavesAnEncodedBodyAlone) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Answer("200 OK", "Content-Encoding: gzip\r\n", "\x1f\x8b not really");
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(Get(server.url()))), "\x1f\x8b not really");
}

TEST(HttpClient, SendsBodiesOfEverySize) {
  ScriptedServer server(Echo);
  HttpClient client({});
  for (const std::size_t size : {0u, 1u, 65536u, 65537u, 262144u, 262145u, 3000000u}) {
    const std::string body = Letters(size);
    const std::string expected = size == 0 ? "/" : body;
    EXPECT_TRUE(BodyOf(client.Exchange(Put(server.url(), body))) == expected) << size;
    EXPECT_TRUE(BodyOf(client.Exchange(PutStreamed(server.url(), body))) == expected) << size;
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, StreamsTheAnswerToASink) {
  const std::string body = Letters(1000000);
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Answer("200 OK", "X-Size: 1000000\r\n", body);
  });
  HttpClient client({});
  std::string seen, header;
  HttpExchange exchange = Get(server.url());
  exchange.max_reply_bytes = 10;  // not of what goes to a sink
  exchange.on_head = [&](const HttpReply& head) -> HttpBodySink {
    header = head.headers.Get("x-size");
    return [&](std::string_view part) {
      EXPECT_LE(part.size(), 512u << 10);
      seen += part;
      return Ok();
    };
  };
  const HttpResult result = client.Exchange(exchange);
  EXPECT_EQ(BodyOf(result), "");
  EXPECT_EQ(header, "1000000");
  EXPECT_TRUE(seen == body);
}

TEST(HttpClient, EndsWithTheSinksError) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    connection.Answer("200 OK", "", Letters(100000));
  });
  HttpClient client({});
  HttpExchange exchange = Get(server.url());
  exchange.on_head = [](const HttpReply&) -> HttpBodySink {
    return [](std::string_view) -> Status { return Error{ErrorCode::kCannotWrite, "disk full"}; };
  };
  const HttpResult result = client.Exchange(exchange);
  ASSERT_TRUE(std::holds_alternative<Error>(result)) << BodyOf(result);
  EXPECT_EQ(std::get<Error>(result).code, ErrorCode::kCannotWrite);
}

TEST(HttpClient, EndsWithTheSourcesError) {
  ScriptedServer server([&](ScriptedConnection& connection) { connection.Read(); });
  HttpClient client({});
  HttpExchange exchange = PutStreamed(server.url(), Letters(1000000));
  const HttpBodySource whole = exchange.source;
  exchange.source = [whole](std::uint64_t offset, char* to,
                            std::size_t room) -> Result<std::size_t> {
    if (offset > 400000) return Error{ErrorCode::kIo, "the disk is gone"};
    return whole(offset, to, room);
  };
  EXPECT_EQ(BodyOf(client.Exchange(exchange)), "error: the disk is gone");
  exchange.source = [whole](std::uint64_t offset, char* to,
                            std::size_t room) -> Result<std::size_t> {
    return offset > 400000 ? Result<std::size_t>(std::size_t{0}) : whole(offset, to, room);
  };
  EXPECT_THAT(BodyOf(client.Exchange(exchange)), HasSubstr("ends before its length"));
}

TEST(HttpClient, RefusesAnAnswerThatIsTooLarge) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    const bool chunked = connection.Read().target() == "/chunked";
    if (chunked) {
      connection.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n");
    } else {
      connection.Answer("200 OK", "", "0123456789a");
    }
    connection.WaitForTheClientToGo();
  });
  HttpClient client({});
  for (const char* const target : {"/", "/chunked"}) {
    HttpExchange exchange = Get(server.url() + target);
    exchange.max_reply_bytes = 10;
    EXPECT_EQ(KindOf(client.Exchange(exchange)), Kind::kReplyTooLarge) << target;
  }
}

TEST(HttpClient, HearsARefusalBeforeItHasSentEverything) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.ReadHead();
    connection.Answer("403 Forbidden", "", "no");
    connection.WaitForTheClientToGo();
  });
  HttpClient client({});
  const std::string body = Letters(64u << 20);
  EXPECT_EQ(BodyOf(client.Exchange(PutStreamed(server.url(), body))), "no");
  // The rest of the body would be taken for the next request.
  EXPECT_EQ(StatusOf(client.Exchange(Put(server.url(), "x"))), 403);
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, HearsARefusalThatIsFollowedByTheEnd) {
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.ReadHead();
    connection.ReadSome();
    connection.Answer("503 Busy", "Connection: close\r\n", "later");
    ::shutdown(connection.socket(), SHUT_WR);
    connection.WaitForTheClientToGo();
  });
  HttpClient client({});
  EXPECT_EQ(BodyOf(client.Exchange(PutStreamed(server.url(), Letters(64u << 20)))), "later");
}

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

TEST(HttpClient, AsksAProxyForTheWholeAddress) {
  std::string head;
  ScriptedServer proxy([&](ScriptedConnection& connection) {
    for (;;) {
      const auto request = connection.Read();
      if (request.head.empty()) return;
      head = request.head;
      connection.Answer("200 OK", "", "by proxy");
    }
  });
  HttpClientOptions options;
  options.proxies.for_http = "http://me:se%3Acret@127.0.0.1:" + std::to_string(proxy.port());
  HttpClient client(options);
  EXPECT_EQ(BodyOf(client.Exchange(Get("http://storage.example:81/b?c"))), "by proxy");
  EXPECT_THAT(head, HasSubstr("GET http://storage.example:81/b?c HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Host: storage.example:81\r\n"));
  EXPECT_THAT(head, HasSubstr("Proxy-Authorization: Basic bWU6c2U6Y3JldA==\r\n"));
  // One connection to the proxy is good for another origin too.
  EXPECT_EQ(BodyOf(client.Exchange(Get("http://other.example/"))), "by proxy");
  EXPECT_EQ(proxy.connections(), 1);
}

TEST(HttpClient, ServesManyThreads) {
  ScriptedServer server(Echo);
  HttpClient client({});
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(t) + ":" + std::to_string(i);
        if (BodyOf(client.Exchange(Put(server.url(), body))) != body) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(server.connections(), 8);
}

// However the network cuts a chunked answer into pieces, the body is the same.
RC_GTEST_PROP(HttpClientProperty, AnswersAreReadWhateverTheirPieces, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::string<std::string>()));
  std::string body, wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& part : parts) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    wire += size + part + "\r\n";
    body += part;
  }
  wire += "0\r\n\r\n";
  const auto step = *rc::gen::inRange<std::size_t>(1, 17);
  ScriptedServer server([&](ScriptedConnection& connection) {
    connection.Read();
    for (std::size_t at = 0; at < wire.size(); at += step) connection.Send(wire.substr(at, step));
  });
  HttpClient client({});
  RC_ASSERT(BodyOf(client.Exchange(Get(server.url()))) == body);
}

// Whatever comes, the parser neither fails badly nor takes more than there is.
RC_GTEST_PROP(HttpHeadProperty, TakesNoMoreThanThereIs, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("HTTP/1.1 200 OK", "\r\n", "\n", ":", "a", " ",
                                    "Content-Length: 3", "\r", std::string(1, '\0')));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  const auto parsed = ParseHttpHead(text);
  if (const auto* const head = std::get_if<std::optional<HttpHead>>(&parsed); head && *head) {
    RC_ASSERT((*head)->size <= text.size());
    RC_ASSERT(text[(*head)->size - 1] == '\n');
  }
}

}  // namespace
}  // namespace hyperlocal
