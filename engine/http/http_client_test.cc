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
using testing::Put;
using testing::PutStreamed;
using testing::ScriptedConnection;
using testing::ScriptedServer;
using testing::StatusOf;

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
