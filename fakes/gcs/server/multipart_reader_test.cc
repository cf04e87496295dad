#include "fakes/gcs/server/multipart_reader_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace hyperlocal::gcs {
namespace {

struct ReadPart {
  HttpHeaders headers;
  std::string content;
  bool ended = false;
};

Result<std::vector<ReadPart>> ReadAll(std::string_view boundary, std::string_view body,
                                      std::size_t piece) {
  std::vector<ReadPart> parts;
  MultipartReader reader(boundary, {[&parts](const HttpHeaders& headers) -> Status {
                                      parts.push_back({headers, "", false});
                                      return Ok();
                                    },
                                    [&parts](std::string_view bytes) -> Status {
                                      parts.back().content += bytes;
                                      return Ok();
                                    },
                                    [&parts]() -> Status {
                                      parts.back().ended = true;
                                      return Ok();
                                    }});
  while (!body.empty()) {
    const std::string_view now = body.substr(0, piece);
    // Its own copy: nothing may be kept of what was fed.
    HYPERLOCAL_TRY_STATUS(reader.Feed(std::string(now)));
    body.remove_prefix(now.size());
  }
  HYPERLOCAL_TRY_STATUS(reader.Finish());
  return parts;
}

constexpr std::string_view kTwoParts =
    "--b\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n"
    "--b\r\ncontent-type:text/plain\r\nX:  y \r\n\r\nline\r\n--bc\r\n\r\n--b--";

TEST(MultipartReader, PartsComeWholeInPiecesOfAnySize) {
  for (std::size_t piece = 1; piece <= kTwoParts.size(); ++piece) {
    const auto parts = ReadAll("b", kTwoParts, piece);
    ASSERT_TRUE(parts) << parts.error().message << " in pieces of " << piece;
    ASSERT_EQ(parts->size(), 2u);
    EXPECT_EQ((*parts)[0].headers.Get("Content-Type"), "application/json");
    EXPECT_EQ((*parts)[0].content, "{\"a\":1}");
    EXPECT_EQ((*parts)[1].headers.Get("x"), "y");
    EXPECT_EQ((*parts)[1].content, "line\r\n--bc\r\n") << "in pieces of " << piece;
    EXPECT_TRUE((*parts)[1].ended);
  }
}

TEST(MultipartReader, NoLineEndBehindTheLastDelimiterIsNeeded) {
  EXPECT_TRUE(ReadAll("b", "--b\r\n\r\nx\r\n--b--", 100));
  EXPECT_TRUE(ReadAll("b", "--b\r\n\r\nx\r\n--b--\r\nepilogue", 3));
}

TEST(MultipartReader, ABodyWithLineFeedsOnlyIsReadToo) {
  for (const std::size_t piece : {1u, 2u, 3u, 100u}) {
    const auto parts = ReadAll("b", "preamble\n--b\nA: 1\n\nx\r\n--b--\n", piece);
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 1u);
    EXPECT_EQ((*parts)[0].headers.Get("A"), "1");
    EXPECT_EQ((*parts)[0].content, "x\r") << "the carriage return is content";
  }
}

TEST(MultipartReader, APartMayHaveNoContentAndNoHead) {
  for (const std::size_t piece : {1u, 2u, 100u}) {
    const auto parts = ReadAll("b", "--b\r\n\r\n\r\n--b  \r\nA: 1\r\n\r\n--b--", piece);
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 2u);
    EXPECT_EQ((*parts)[0].content, "");
    EXPECT_EQ((*parts)[1].content, "");
  }
}

TEST(MultipartReader, ABodyThatEndsTooEarlyIsRefused) {
  for (std::size_t length = 0; length < kTwoParts.size(); ++length) {
    EXPECT_FALSE(ReadAll("b", kTwoParts.substr(0, length), 5)) << length;
  }
}

TEST(MultipartReader, AHeadThatIsTooLargeOrNoHeadIsRefused) {
  EXPECT_FALSE(ReadAll("b", "--b\r\n" + std::string(20000, 'x') + "\r\n\r\n\r\n--b--", 1000));
  EXPECT_FALSE(ReadAll("b", "--b\r\nno field\r\n\r\n\r\n--b--", 1000));
}

TEST(MultipartReader, BoundariesAsClientsQuoteThem) {
  EXPECT_EQ(MultipartReader::BoundaryOf("multipart/related; boundary=abc").value(), "abc");
  EXPECT_EQ(MultipartReader::BoundaryOf("Multipart/Related;boundary=\"a b;c\"").value(), "a b;c");
  EXPECT_EQ(MultipartReader::BoundaryOf("multipart/mixed; type=x; BOUNDARY= a-b ;z=1").value(),
            "a-b");
  EXPECT_EQ(MultipartReader::BoundaryOf("multipart/related; boundary='=_q'").value(), "=_q");
  EXPECT_EQ(MultipartReader::BoundaryOf("multipart/related; boundary=\"a\\\"b\"").value(), "a\"b");
  for (const char* type : {"", "application/json", "multipart/related",
                           "multipart/related; boundary=", "multipart/related; boundary=\"x",
                           "multipart/related; xboundary=a"}) {
    EXPECT_FALSE(MultipartReader::BoundaryOf(type)) << type;
  }
}

// Contents of letters from which delimiters are made meet every way of beginning like one.
RC_GTEST_PROP(MultipartReader, WhatWasWrittenIsRead, ()) {
  const auto contents = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::element('\r', '\n', '-', 'b', 'x', '\0')));
  const auto piece = *rc::gen::inRange<std::size_t>(1, 40);
  const std::string boundary = "b-b";
  std::string body;
  for (const std::string& content : contents) {
    RC_PRE(("\r\n" + content).find("\r\n--b-b") == std::string::npos);
    body += "--b-b\r\n\r\n" + content + "\r\n";
  }
  body += "--b-b--";
  const auto parts = ReadAll(boundary, body, piece);
  RC_ASSERT(parts.has_value());
  RC_ASSERT(parts->size() == contents.size());
  for (std::size_t i = 0; i < contents.size(); ++i) RC_ASSERT((*parts)[i].content == contents[i]);
}

}  // namespace
}  // namespace hyperlocal::gcs
