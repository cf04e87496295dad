#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/http/request_head_internal.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

std::variant<RequestHead, HeadRefusal> Parse(const std::string& head) {
  HeadScanner scanner;
  switch (scanner.Scan(head)) {
    case HeadScanner::State::kRefused:
      return scanner.refusal();
    case HeadScanner::State::kIncomplete:
      return HeadRefusal{0, "incomplete"};
    case HeadScanner::State::kWhole:
      break;
  }
  return ParseRequestHead(head.substr(scanner.begin(), scanner.end() - scanner.begin()));
}

RequestHead Accepted(const std::string& head) {
  auto parsed = Parse(head);
  if (const auto* refusal = std::get_if<HeadRefusal>(&parsed)) {
    ADD_FAILURE() << refusal->status << " " << refusal->reason << ": " << head;
    return {};
  }
  return std::get<RequestHead>(parsed);
}

HeadRefusal Refused(const std::string& head) {
  const auto parsed = Parse(head);
  if (std::holds_alternative<RequestHead>(parsed)) {
    ADD_FAILURE() << "accepted: " << head;
    return {};
  }
  return std::get<HeadRefusal>(parsed);
}

TEST(RequestHead, IsTakenApart) {
  const RequestHead head = Accepted(
      "PUT /b/x/o/a%2Fb?alt=media HTTP/1.1\r\nHost: localhost:4443\r\nx-Empty:\r\n"
      "Accept:\t text/html , */*  \r\nContent-Length: 12\r\n\r\n");
  EXPECT_EQ(head.method, "PUT");
  EXPECT_EQ(head.target, "/b/x/o/a%2Fb?alt=media");
  EXPECT_EQ(head.minor_version, 1);
  EXPECT_EQ(head.headers, (HttpHeaders{{"Host", "localhost:4443"},
                                       {"x-Empty", ""},
                                       {"Accept", "text/html , */*"},
                                       {"Content-Length", "12"}}));
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_FALSE(head.chunked);
  EXPECT_FALSE(head.expects_continue);
  EXPECT_TRUE(head.keep_alive);
}

TEST(RequestHead, KeepsTheTargetAsItCame) {
  for (const std::string target : {"/", "//", "/%2e%2e/x", "/..", "/a\\b", "/a#b", "/%zz",
                                   "/\xc3\xa4", "/?", "/a?b?c", "/%0A"}) {
    EXPECT_EQ(Accepted("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").target, target);
  }
  EXPECT_EQ(Accepted("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").target, "*");
}

TEST(RequestHead, OfAProxysClientLosesItsAuthority) {
  const RequestHead head = Accepted("GET http://a.example:80/x?y HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(head.target, "/x?y");
  EXPECT_EQ(head.headers.Get("Host"), "a.example:80");
  EXPECT_EQ(Accepted("GET HTTP://a HTTP/1.1\r\nHost: a\r\n\r\n").target, "/");
  EXPECT_EQ(Accepted("GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n").target, "/?x");
}

TEST(RequestHead, SaysWhetherTheConnectionStays) {
  struct Case {
    const char* head;
    bool keep_alive;
  };
  for (const Case& row :
       {Case{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
        Case{"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
        Case{"GET / HTTP/1.1\r\nHost: x\r\nConnection: x , CLOSE\r\n\r\n", false},
        Case{"GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n\r\n", true},
        Case{"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
             false},
        Case{"GET / HTTP/1.0\r\n\r\n", false},
        Case{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true}}) {
    EXPECT_EQ(Accepted(row.head).keep_alive, row.keep_alive) << row.head;
  }
}

TEST(RequestHead, WaitsForContinueOnlyWithABodyToSend) {
  const std::string start = "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n";
  EXPECT_TRUE(Accepted(start + "Content-Length: 1\r\n\r\n").expects_continue);
  EXPECT_TRUE(Accepted(start + "Transfer-Encoding: Chunked\r\n\r\n").expects_continue);
  EXPECT_FALSE(Accepted(start + "Content-Length: 0\r\n\r\n").expects_continue);
  EXPECT_FALSE(Accepted(start + "\r\n").expects_continue);
  EXPECT_FALSE(Accepted("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
                   .expects_continue);
}

TEST(RequestHead, MayFollowEmptyLines) {
  EXPECT_EQ(Accepted("\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n").target, "/x");
  EXPECT_EQ(Refused("\r\n\r\n\r\n\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n").status, 400);
}

struct RefusalCase {
  const char* name;
  std::string head;
  int status;
  const char* reason;
};

class RefusedHead : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(RefusedHead, NamesTheReason) {
  const HeadRefusal refusal = Refused(GetParam().head);
  EXPECT_EQ(refusal.status, GetParam().status);
  EXPECT_THAT(refusal.reason, HasSubstr(GetParam().reason));
}

std::string Get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Heads, RefusedHead,
    ::testing::Values(
        RefusalCase{"LengthAndCoding", Get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
                    400, "both a Content-Length and a Transfer-Encoding"},
        RefusalCase{"CodingAndLength", Get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
                    400, "both"},
        RefusalCase{"TwoLengths", Get("Content-Length: 5\r\nContent-Length: 6\r\n"), 400,
                    "more than one Content-Length"},
        RefusalCase{"TwoEqualLengths", Get("Content-Length: 5\r\ncontent-length: 5\r\n"), 400,
                    "more than one Content-Length"},
        RefusalCase{"ListOfLengths", Get("Content-Length: 5, 5\r\n"), 400, "no length"},
        RefusalCase{"SignedLength", Get("Content-Length: +5\r\n"), 400, "no length"},
        RefusalCase{"NegativeLength", Get("Content-Length: -1\r\n"), 400, "no length"},
        RefusalCase{"HexLength", Get("Content-Length: 0x5\r\n"), 400, "no length"},
        RefusalCase{"EmptyLength", Get("Content-Length:\r\n"), 400, "no length"},
        RefusalCase{"HugeLength", Get("Content-Length: 9223372036854775808\r\n"), 400, "no length"},
        RefusalCase{"HugerLength", Get("Content-Length: 99999999999999999999\r\n"), 400,
                    "no length"},
        RefusalCase{"TwoCodings", Get("Transfer-Encoding: gzip, chunked\r\n"), 501, "chunked"},
        RefusalCase{"ChunkedTwice",
                    Get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 501,
                    "chunked"},
        RefusalCase{"OddCoding", Get("Transfer-Encoding: xchunked\r\n"), 501, "chunked"},
        RefusalCase{"OldChunks", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
                    "HTTP/1.0"},
        RefusalCase{"SpaceBeforeColon", Get("Content-Length : 5\r\n"), 400, "NAME: VALUE"},
        RefusalCase{"SpaceBeforeName", Get(" Content-Length: 5\r\n"), 400, "NAME: VALUE"},
        RefusalCase{"FoldedLine", Get("A: b\r\n c\r\n"), 400, "NAME: VALUE"},
        RefusalCase{"NoColon", Get("Content-Length\r\n"), 400, "NAME: VALUE"},
        RefusalCase{"NoName", Get(": x\r\n"), 400, "NAME: VALUE"},
        RefusalCase{"BareLf", Get("A: b\nC: d\r\n"), 400, "bare LF"},
        RefusalCase{"BareCr", Get("A: b\rC: d\r\n"), 400, "control characters"},
        RefusalCase{"OnlyLf", "GET / HTTP/1.1\n\n", 400, "bare LF"},
        RefusalCase{"Nul", Get(std::string("A: b\0c\r\n", 8)), 400, "control characters"},
        RefusalCase{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400, "no Host"},
        RefusalCase{"TwoHosts", Get("Host: y\r\n"), 400, "more than one Host"},
        RefusalCase{"OtherExpectation", Get("Expect: 200-ok\r\n"), 417, "200-ok"},
        RefusalCase{"NoVersion", "GET /\r\n\r\n", 400, "METHOD TARGET"},
        RefusalCase{"NewVersion", "GET / HTTP/2.0\r\n\r\n", 505, "HTTP/1.1"},
        RefusalCase{"OddVersion", "GET / HTTP/1.1x\r\n\r\n", 400, "no version"},
        RefusalCase{"LongVersion", "GET / HTTP/1.10\r\n\r\n", 400, "no version"},
        RefusalCase{"LowerCaseVersion", "GET / http/1.1\r\n\r\n", 400, "no version"},
        RefusalCase{"UnknownMethod", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "BREW"},
        RefusalCase{"LowerCaseMethod", "get / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "get"},
        RefusalCase{"Tunnel", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "CONNECT"},
        RefusalCase{"MethodWithColon", "GE:T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "METHOD TARGET"},
        RefusalCase{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "spaces"},
        RefusalCase{"TabInTarget", "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n", 400, "control"},
        RefusalCase{"TwoSpaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "spaces"},
        RefusalCase{"RelativeTarget", "GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "slash"},
        RefusalCase{"Asterisk", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "slash"},
        RefusalCase{"OtherScheme", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, "slash"},
        RefusalCase{"Tls", std::string("\x16\x03\x01\x02", 4), 400, "not HTTP"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RequestHead, HasItsLimits) {
  const std::string fits(kMaxTargetBytes - 1, 'a');
  EXPECT_EQ(Accepted("GET /" + fits + " HTTP/1.1\r\nHost: x\r\n\r\n").target.size(),
            kMaxTargetBytes);
  EXPECT_EQ(Refused("GET /" + fits + "a HTTP/1.1\r\nHost: x\r\n\r\n").status, 414);
  // Longer than any head: noticed before the line has an end.
  EXPECT_EQ(Refused("GET /" + std::string(kMaxHeadBytes, 'a')).status, 414);

  const std::string rest = "GET / HTTP/1.1\r\nHost: x\r\nA: \r\n\r\n";
  EXPECT_EQ(Accepted("GET / HTTP/1.1\r\nHost: x\r\nA: " +
                     std::string(kMaxHeadBytes - rest.size(), 'a') + "\r\n\r\n")
                .headers.size(),
            2U);
  EXPECT_EQ(Refused("GET / HTTP/1.1\r\nHost: x\r\nA: " +
                    std::string(kMaxHeadBytes - rest.size() + 1, 'a') + "\r\n\r\n")
                .status,
            431);
  EXPECT_EQ(Refused("GET / HTTP/1.1\r\nA: " + std::string(kMaxHeadBytes, 'a')).status, 431);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  while (many.size() < kMaxHeadBytes) many += "a:\r\n";
  EXPECT_EQ(Refused(many).status, 431);
}

// However a head arrives, the same is found, and what follows it is left alone.
RC_GTEST_PROP(HeadScanner, FindsTheSameInAnyPieces, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("aZ:/ \t\r\n%\x80"))));
  std::string text = *rc::gen::elementOf(
      std::vector<std::string>{"", "\r\n", "GET / HTTP/1.1\r\nHost: x\r\n", "PUT /x HTTP/1.1\r\n"});
  for (const std::string& line : lines) text += line + "\r\n";
  text += "\r\nrest";
  HeadScanner whole;
  const auto expected = whole.Scan(text);
  HeadScanner piecewise;
  auto state = HeadScanner::State::kIncomplete;
  for (std::size_t size = 0; size < text.size() && state == HeadScanner::State::kIncomplete;) {
    size = std::min(text.size(), size + *rc::gen::inRange<std::size_t>(1, 8));
    state = piecewise.Scan(std::string_view(text).substr(0, size));
  }
  RC_ASSERT(state == expected);
  if (state == HeadScanner::State::kWhole) {
    RC_ASSERT(piecewise.begin() == whole.begin());
    RC_ASSERT(piecewise.end() == whole.end());
  }
}

}  // namespace
}  // namespace hyperlocal
