#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/http/chunk_decoder_internal.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Decoded {
  std::string body;
  std::string rest;
  bool finished = false;
  std::string mistake;
};

// As if `piece` bytes arrived at a time.
Decoded Decode(const std::string& text, std::size_t piece) {
  ChunkDecoder decoder;
  Decoded decoded;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    std::string_view bytes = std::string_view(text).substr(at, piece);
    for (std::string_view part = decoder.Next(bytes); !part.empty(); part = decoder.Next(bytes)) {
      decoded.body += part;
    }
    if (decoder.finished()) decoded.rest += bytes;
  }
  decoded.finished = decoder.finished();
  decoded.mistake = decoder.mistake();
  return decoded;
}

TEST(ChunkDecoder, PutsChunksTogetherAndDropsExtensionsAndTrailers) {
  const std::string text =
      "3\r\nabc\r\n00A;name=\"value\"\r\n0123\r\n6789\r\n1 \r\n!\r\n0;x\r\nTrailer: "
      "1\r\nB:2\r\n\r\n"
      "GET ";
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    const Decoded decoded = Decode(text, piece);
    EXPECT_EQ(decoded.body, "abc0123\r\n6789!") << piece;
    EXPECT_EQ(decoded.rest, "GET ") << piece;
    EXPECT_TRUE(decoded.finished) << piece;
    EXPECT_THAT(decoded.mistake, IsEmpty()) << piece;
  }
}

TEST(ChunkDecoder, KnowsThatTheEndIsNotThereYet) {
  const std::string text = "3\r\nabc\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const Decoded decoded = Decode(text.substr(0, size), 1000);
    EXPECT_FALSE(decoded.finished) << size;
    EXPECT_THAT(decoded.mistake, IsEmpty()) << size;
  }
  EXPECT_TRUE(Decode(text, 1000).finished);
}

TEST(ChunkDecoder, RefusesWhatOthersMightReadDifferently) {
  struct Case {
    std::string text;
    const char* mistake;
  };
  for (const Case& row :
       {Case{"x\r\n", "no hexadecimal number"}, Case{"\r\n", "no hexadecimal number"},
        Case{"0x5\r\nabcde\r\n0\r\n\r\n", "no hexadecimal number"},
        Case{"-1\r\n", "no hexadecimal number"}, Case{" 3\r\nabc\r\n", "no hexadecimal number"},
        Case{"3\nabc\r\n0\r\n\r\n", "no hexadecimal number"}, Case{"3\rabc", "CR LF"},
        Case{"3\r\nabcd\r\n0\r\n\r\n", "longer than its size"},
        Case{"3\r\nabc\n0\r\n\r\n", "longer"}, Case{"3\r\nabc\rx", "CR LF"},
        Case{"1000000000000000\r\n", "too many digits"},
        Case{"3;a\nb\r\nabc\r\n", "control character"},
        Case{"0\r\nA: b\n\r\n", "control character"}, Case{"0\r\n\n", "control character"},
        Case{"0\r\n\rx", "CR LF"}, Case{"0\r\nA: b\rx", "CR LF"},
        Case{"1;" + std::string(20'000, 'x'), "too long"},
        Case{"0\r\n" + std::string(20'000, 'x'), "too long"}}) {
    for (const std::size_t piece : {1U, 1000U}) {
      const Decoded decoded = Decode(row.text, piece);
      EXPECT_THAT(decoded.mistake, HasSubstr(row.mistake)) << row.text.substr(0, 50);
      EXPECT_FALSE(decoded.finished);
    }
  }
}

TEST(ChunkDecoder, BoundsTheTrailersAllTogether) {
  std::string text = "0\r\n";
  for (int i = 0; i < 2'000; ++i) text += "abcdefgh: x\r\n";
  EXPECT_THAT(Decode(text, 1000).mistake, HasSubstr("too long"));
}

RC_GTEST_PROP(ChunkDecoder, GivesBackWhatWasChunked, (const std::vector<std::string>& parts)) {
  std::string text;
  std::string body;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    std::array<char, 32> line{};
    std::snprintf(line.data(), line.size(),
                  *rc::gen::arbitrary<bool>() ? "%zx\r\n" : "%04zX;a=b\r\n", part.size());
    text += line.data() + part + "\r\n";
    body += part;
  }
  text += "0\r\n\r\n";
  const Decoded decoded = Decode(text, *rc::gen::inRange<std::size_t>(1, text.size() + 2));
  RC_ASSERT(decoded.finished);
  RC_ASSERT(decoded.body == body);
}

}  // namespace
}  // namespace hyperlocal
