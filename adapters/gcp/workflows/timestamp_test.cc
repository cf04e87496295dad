#include "adapters/gcp/workflows/timestamp.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace hyperlocal {
namespace {

using std::chrono::system_clock;
namespace chrono = std::chrono;

TEST(Timestamp, IsWrittenAsJavaScriptWritesIt) {
  EXPECT_EQ(FormatTimestamp(system_clock::time_point(chrono::milliseconds(1'767'323'045'006))),
            "2026-01-02T03:04:05.006Z");
  EXPECT_EQ(FormatTimestamp(system_clock::time_point()), "1970-01-01T00:00:00.000Z");
}

TEST(Timestamp, IsReadAsGoogleWritesIt) {
  const system_clock::time_point second(chrono::seconds(1'767'323'045));
  EXPECT_EQ(ParseTimestamp("2026-01-02T03:04:05Z"), second);
  EXPECT_EQ(ParseTimestamp("2026-01-02T03:04:05.678901234Z"),
            second + chrono::microseconds(678'901));
  EXPECT_EQ(ParseTimestamp("2026-01-02T05:34:05+02:30"), second);
  EXPECT_EQ(ParseTimestamp("2026-01-01T22:04:05-05:00"), second);
}

TEST(Timestamp, WhatIsNoneIsNothing) {
  for (const char* const text :
       {"", "2026-01-02", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", "2026-01-02T24:04:05Z",
        "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+0200",
        "2026-01-02T03:04:05Zulu", "26-01-02T03:04:05Z"}) {
    EXPECT_FALSE(ParseTimestamp(text)) << text;
  }
}

RC_GTEST_PROP(Timestamp, ComesBackTheSame, ()) {
  const auto time = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000);
  const system_clock::time_point point{chrono::milliseconds(time)};
  RC_ASSERT(ParseTimestamp(FormatTimestamp(point)) == point);
}

}  // namespace
}  // namespace hyperlocal
