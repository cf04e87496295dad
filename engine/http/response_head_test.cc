#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/http/response_head_internal.h"

namespace hyperlocal {
namespace {

using ::testing::MatchesRegex;
using Kind = ResponseFraming::Kind;

std::string HeadOf(int status, const HttpHeaders& headers, const ResponseFraming& framing) {
  std::string head;
  const Status appended = AppendResponseHead(head, status, headers, framing, "DATE");
  return appended ? head : "refused";
}

TEST(ResponseHead, IsWrittenWithItsFraming) {
  EXPECT_EQ(HeadOf(200, {{"A", "1"}, {"a", ""}}, {.length = 5}),
            "HTTP/1.1 200 OK\r\nDate: DATE\r\nA: 1\r\na: \r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(HeadOf(206, {}, {.kind = Kind::kChunks, .close = true}),
            "HTTP/1.1 206 Partial Content\r\nDate: DATE\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_EQ(HeadOf(204, {}, {.kind = Kind::kNone, .keep_alive = true}),
            "HTTP/1.1 204 No Content\r\nDate: DATE\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(HeadOf(599, {}, {.kind = Kind::kToClose, .close = true}),
            "HTTP/1.1 599 Unknown\r\nDate: DATE\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, LeavesOutWhatOnlyTheServerCanKnow) {
  EXPECT_EQ(HeadOf(200,
                   {{"content-length", "99"},
                    {"Transfer-Encoding", "chunked"},
                    {"Connection", "close"},
                    {"KEEP-ALIVE", "timeout=5"},
                    {"Date", "x"},
                    {"Contents", "kept"}},
                   {.length = 5}),
            "HTTP/1.1 200 OK\r\nDate: DATE\r\nContents: kept\r\nContent-Length: 5\r\n\r\n");
}

TEST(ResponseHead, RefusesWhatWouldBreakOutOfALine) {
  for (const HttpHeader& field :
       {HttpHeader{"A", "1\r\nB: 2"}, HttpHeader{"A", "1\n"}, HttpHeader{"A", "\r"},
        HttpHeader{"A", std::string("\0", 1)}, HttpHeader{"A\r\nB", "1"}, HttpHeader{"A:", "1"},
        HttpHeader{"A ", "1"}, HttpHeader{"", "1"}, HttpHeader{"Date", "1\r\nB: 2"}}) {
    std::string head = "before";
    const Status refused = AppendResponseHead(head, 200, {field}, {}, "DATE");
    ASSERT_FALSE(refused) << field.name;
    EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
    EXPECT_EQ(head, "before");
  }
  EXPECT_NE(HeadOf(200, {{"x-goog-meta-name", "Tab\tand \xc3\xa4"}}, {}), "refused");
}

TEST(ResponseHead, RefusesAStatusThatIsNone) {
  for (const int status : {-1, 0, 100, 199, 600, 2000}) {
    EXPECT_EQ(HeadOf(status, {}, {}), "refused") << status;
  }
}

TEST(HttpDate, IsInTheFormOfHttp) {
  HttpDate date;
  EXPECT_THAT(std::string(date.Now()),
              MatchesRegex("(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9][0-9] [JFMASOND][a-z][a-z] "
                           "[0-9][0-9][0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"));
}

}  // namespace
}  // namespace hyperlocal
