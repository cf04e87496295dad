#include "fakes/gcs/server/rfc3339_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hyperlocal::gcs {
namespace {

using std::chrono::milliseconds;

TEST(Rfc3339, WritesMillisecondsInUtc) {
  EXPECT_EQ(Rfc3339(Timestamp(milliseconds(0))), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Rfc3339(Timestamp(milliseconds(1709251199007))), "2024-02-29T23:59:59.007Z");
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  const Timestamp noon(milliseconds(1709208000000));
  EXPECT_EQ(ParseRfc3339("2024-02-29T12:00:00Z"), noon);
  EXPECT_EQ(ParseRfc3339("2024-02-29t13:30:00+01:30"), noon);
  EXPECT_EQ(ParseRfc3339("2024-02-29T07:00:00.000000000-05:00"), noon);
  EXPECT_EQ(ParseRfc3339("2024-02-29T12:00:00.25Z"), noon + milliseconds(250));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2024-02-30T12:00:00Z", "2024-02-29", "2024-02-29T24:00:00Z", "2024-02-29T12:00:00",
        "2024-02-29T12:00:00.Z", "2024-02-29T12:00:00Zx", "2024-02-29T12:00:00+1:00",
        "4048-02-29T12:00:00Z", "1000-01-01T00:00:00Z", "x024-02-29T12:00:00Z"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
}

RC_GTEST_PROP(Rfc3339, WhatWasWrittenIsRead, ()) {
  const auto time =
      Timestamp(milliseconds(*rc::gen::inRange<std::int64_t>(0, std::int64_t{4'000'000'000'000})));
  RC_ASSERT(ParseRfc3339(Rfc3339(time)) == time);
}

TEST(HttpDate, AsTheStandardShowsIt) {
  EXPECT_EQ(HttpDate(Timestamp(std::chrono::seconds(784111777))), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace hyperlocal::gcs
