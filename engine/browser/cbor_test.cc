#include "engine/browser/cbor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/json_generators.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

// A message as the pipe carries it: an object with every kind of value, binary among them.
rc::Gen<json> Messages() {
  return rc::gen::map(
      rc::gen::pair(rc::gen::container<std::vector<testing::JsonSample>>(testing::JsonSamples()),
                    rc::gen::arbitrary<Bytes>()),
      [](std::pair<std::vector<testing::JsonSample>, Bytes> parts) {
        json message{{"id", 7}, {"data", json::binary(parts.second)}};
        json& params = message["params"] = json::object();
        params["inner"] = {{"body", json::binary(std::move(parts.second))}};
        for (auto& sample : parts.first) {
          params["p" + std::to_string(params.size())] = std::move(sample.value);
        }
        return message;
      });
}

Bytes EnvelopeAround(const Bytes& content, bool older = false) {
  Bytes bytes = older ? Bytes{0xd8, 0x5a} : Bytes{0xd8, 24, 0x5a};
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(content.size() >> shift));
  }
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

RC_GTEST_PROP(DevToolsCbor, GivesBackWhatWasWritten, ()) {
  const json message = *rc::gen::resize(30, Messages());
  const Bytes bytes = EncodeDevToolsCbor(message);
  const auto length = DevToolsEnvelopeLength(bytes);
  RC_ASSERT(length && *length == bytes.size());
  const auto decoded = DecodeDevToolsCbor(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT((*decoded == message));  // in parentheses: RapidCheck would print it
}

RC_GTEST_PROP(DevToolsCbor, RefusesEveryBeginningOfAMessage, ()) {
  const Bytes bytes = EncodeDevToolsCbor(*rc::gen::resize(12, Messages()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto decoded = DecodeDevToolsCbor(part);
    RC_ASSERT(!decoded);
    RC_ASSERT(decoded.error().code == ErrorCode::kBrowserProtocol);
  }
}

RC_GTEST_PROP(DevToolsCbor, SurvivesAnyBytes, (Bytes bytes)) {
  (void)DecodeDevToolsCbor(bytes);
  (void)DecodeDevToolsCbor(EnvelopeAround(bytes));
  Bytes damaged = EncodeDevToolsCbor({{"a", {1, "text", true}}, {"b", {{"c", 2.5}}}});
  for (const std::uint8_t byte : bytes) {
    damaged[(byte * 31u) % damaged.size()] = static_cast<std::uint8_t>(byte * 7);
    (void)DecodeDevToolsCbor(damaged);
  }
}

TEST(DevToolsCbor, WritesTheBytesOfTheDialect) {
  EXPECT_EQ(EncodeDevToolsCbor({{"id", 1}}),
            (Bytes{0xd8, 24, 0x5a, 0, 0, 0, 6, 0xbf, 0x62, 'i', 'd', 1, 0xff}));
  EXPECT_EQ(EncodeDevToolsCbor({{"b", json::binary({9, 8})}}),
            (Bytes{0xd8, 24, 0x5a, 0, 0, 0, 8, 0xbf, 0x61, 'b', 0xd6, 0x42, 9, 8, 0xff}));
}

TEST(DevToolsCbor, WritesNumbersBeyond32BitsAsDoublesOfTheSameSign) {
  for (const json& number : {json(INT32_MAX), json(INT32_MIN), json(std::int64_t{INT32_MAX} + 1),
                             json(std::int64_t{INT32_MIN} - 1), json(std::uint64_t{1} << 63),
                             json(UINT64_MAX), json(-0.5), json(1e300)}) {
    const auto decoded = DecodeDevToolsCbor(EncodeDevToolsCbor({{"n", number}}));
    ASSERT_TRUE(decoded);
    EXPECT_EQ((*decoded)["n"].get<double>(), number.get<double>()) << number;
  }
}

TEST(DevToolsCbor, ReadsWhatOnlyChromeWrites) {
  struct Case {
    const char* what;
    Bytes bytes;
    json value;
  };
  for (const Case& row : {
           Case{"the older envelope", EnvelopeAround({0xbf, 0x61, 'a', 1, 0xff}, true), {{"a", 1}}},
           Case{"older inside newer",
                EnvelopeAround({0xbf, 0x61, 'a', 0xd8, 0x5a, 0, 0, 0, 2, 0xbf, 0xff, 0xff}),
                {{"a", json::object()}}},
           Case{"definite lengths", {0xa1, 0x61, 'a', 0x82, 1, 0x20}, {{"a", {1, -1}}}},
           Case{"undefined", {0xf7}, nullptr},
           Case{"UTF-16", {0x44, 'h', 0, 0xe4, 0}, "hä"},
           Case{"UTF-16 beyond the first plane", {0x44, 0x3d, 0xd8, 0x00, 0xde}, "\U0001F600"},
           Case{"a lone high surrogate", {0x44, 0x3d, 0xd8, 'x', 0}, "\uFFFDx"},
           Case{"a high surrogate at the end", {0x42, 0x3d, 0xd8}, "\uFFFD"},
           Case{"a lone low surrogate", {0x42, 0x00, 0xde}, "\uFFFD"},
           Case{"a UTF-16 key", {0xbf, 0x42, 'k', 0, 0xf5, 0xff}, {{"k", true}}},
       }) {
    const auto decoded = DecodeDevToolsCbor(row.bytes);
    ASSERT_TRUE(decoded) << row.what << ": " << decoded.error().message;
    EXPECT_EQ(*decoded, row.value) << row.what;
  }
}

TEST(DevToolsCbor, RefusesWhatIsNoMessageAndSaysWhere) {
  struct Case {
    const char* what;
    Bytes bytes;
    const char* message;
  };
  for (const Case& row : {
           Case{"bytes behind", {0x01, 0x01}, "bytes after its end"},
           Case{"bytes behind, in the envelope", EnvelopeAround({0x01, 0x01}), "at byte 8"},
           Case{"a failure in the envelope", EnvelopeAround({0x82, 0x01}), "too early at byte 9"},
           Case{"odd UTF-16", {0x43, 'a', 0, 'b'}, "odd UTF-16"},
           Case{"a number as key", {0xbf, 1, 1, 0xff}, "key"},
           Case{"a tag around a number", {0xd6, 1}, "tag"},
           Case{"an unknown initial byte", {0xfa, 0, 0, 0, 0}, "unknown initial byte"},
           Case{"a break by itself", {0xff}, "unknown initial byte"},
           Case{"an unbounded string", {0x5f, 0xff}, "unknown initial byte"},
           Case{"a huge length", {0x5b, 255, 255, 255, 255, 255, 255, 255, 255}, "too early"},
           Case{"a huge count", {0x9b, 127, 255, 255, 255, 255, 255, 255, 255}, "too early"},
           Case{"a number beyond 64 bits", {0x3b, 255, 0, 0, 0, 0, 0, 0, 0}, "64 bits"},
       }) {
    const auto decoded = DecodeDevToolsCbor(row.bytes);
    ASSERT_FALSE(decoded) << row.what;
    EXPECT_EQ(decoded.error().code, ErrorCode::kBrowserProtocol) << row.what;
    EXPECT_THAT(decoded.error().message, HasSubstr(row.message)) << row.what;
  }
}

TEST(DevToolsCbor, LimitsTheDepth) {
  const auto nested = [](std::size_t levels) {
    Bytes bytes(levels, 0x81);  // an array of one
    bytes.push_back(0x01);
    return DecodeDevToolsCbor(bytes);
  };
  EXPECT_TRUE(nested(300));
  ASSERT_FALSE(nested(301));
  EXPECT_THAT(nested(301).error().message, HasSubstr("nested too deeply"));
  EXPECT_FALSE(nested(1'000'000));
  Bytes envelopes{0x01};
  for (int i = 0; i < 400; ++i) envelopes = EnvelopeAround(envelopes);
  EXPECT_FALSE(DecodeDevToolsCbor(envelopes));
}

TEST(DevToolsEnvelopeLength, TellsTheLengthAsSoonAsItCan) {
  const Bytes message = EnvelopeAround(Bytes(300, 0));
  for (std::size_t size = 0; size < 7; ++size) {
    EXPECT_EQ(*DevToolsEnvelopeLength(std::span(message).first(size)), 0U);
  }
  EXPECT_EQ(*DevToolsEnvelopeLength(std::span(message).first(7)), 307U);
  const Bytes older = EnvelopeAround(Bytes(300, 0), true);
  EXPECT_EQ(*DevToolsEnvelopeLength(std::span(older).first(7)), 306U);
}

TEST(DevToolsEnvelopeLength, RefusesWhatIsNoEnvelope) {
  const std::string text = R"({"id":1,"result":{}})";
  const auto length = DevToolsEnvelopeLength(Bytes(text.begin(), text.end()));
  ASSERT_FALSE(length);
  EXPECT_EQ(length.error().code, ErrorCode::kBrowserProtocol);
}

}  // namespace
}  // namespace hyperlocal
