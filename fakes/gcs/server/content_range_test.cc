#include "fakes/gcs/server/content_range_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hyperlocal::gcs {
namespace {

struct RangeCase {
  const char* text;
  ContentRange range;
};

TEST(ContentRange, EveryFormThatClientsSend) {
  const RangeCase cases[] = {
      {"bytes 0-262143/1000000", {false, 0, 262143, 1000000}},
      {"bytes 0-262143/*", {false, 0, 262143, {}}},
      {"bytes 0-*/*", {false, 0, {}, {}}},
      {"bytes 5-*/1000", {false, 5, {}, 1000}},
      {"bytes */1000", {true, 0, {}, 1000}},
      {"bytes */*", {true, 0, {}, {}}},
      {"bytes */0", {true, 0, {}, 0}},
      {"bytes=0-9/10", {false, 0, 9, 10}},
  };
  for (const RangeCase& expected : cases) {
    const auto range = ParseContentRange(expected.text);
    ASSERT_TRUE(range) << expected.text;
    EXPECT_EQ(*range, expected.range) << expected.text;
  }
}

TEST(ContentRange, AnythingElseIsRefusedWithTheText) {
  for (const char* text :
       {"", "bytes", "bytes ", "0-9/10", "bytes 0-9", "bytes 9-0/10", "bytes 0-10/10",
        "bytes 11-*/10", "bytes a-b/c", "bytes -5/10", "bytes 0-/10", "bytes *-5/10",
        "bytes 0-9/10/", "bytes 0-9/+10", "bytes 0x1-9/10", "items 0-9/10",
        "bytes 0-99999999999999999999/*", "bytes 0-18446744073709551615/*"}) {
    const auto range = ParseContentRange(text);
    ASSERT_FALSE(range) << text;
    EXPECT_NE(range.error().message.find("\"" + std::string(text) + "\""), std::string::npos);
  }
}

RC_GTEST_PROP(ContentRange, WhatWasWrittenIsRead, ()) {
  const auto first = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 50);
  const auto length = *rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 40);
  const auto behind = *rc::gen::inRange<std::uint64_t>(0, 1000);
  const std::uint64_t last = first + length - 1;
  const auto range =
      ParseContentRange("bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" +
                        std::to_string(last + 1 + behind));
  RC_ASSERT(range.has_value());
  RC_ASSERT(range->first == first);
  RC_ASSERT(range->length() == length);
  RC_ASSERT(range->total == last + 1 + behind);
}

}  // namespace
}  // namespace hyperlocal::gcs
