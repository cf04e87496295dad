#include "cli/human_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hyperlocal::cli {
namespace {

using std::chrono::milliseconds;

TEST(HumanTextTest, ACountingClockShowsTenthsBelowTenSecondsAndNeverRunsAhead) {
  EXPECT_EQ(FormatDuration(milliseconds(0)), "0.0 s");
  EXPECT_EQ(FormatDuration(milliseconds(999)), "0.9 s");
  EXPECT_EQ(FormatDuration(milliseconds(9'999)), "9.9 s");
  EXPECT_EQ(FormatDuration(milliseconds(10'000)), "10 s");
  EXPECT_EQ(FormatDuration(milliseconds(59'999)), "59 s");
  EXPECT_EQ(FormatDuration(milliseconds(187'000)), "3 min 07 s");
  EXPECT_EQ(FormatDuration(milliseconds(3'720'000)), "1 h 02 min");
  EXPECT_EQ(FormatDuration(milliseconds(-5)), "0.0 s");
}

TEST(HumanTextTest, ADurationThatIsOverKeepsItsTenthsForAMinute) {
  EXPECT_EQ(FormatDuration(milliseconds(13'460), DurationStyle::kPrecise), "13.4 s");
  EXPECT_EQ(FormatDuration(milliseconds(60'000), DurationStyle::kPrecise), "1 min 00 s");
}

TEST(HumanTextTest, RemainingTimeIsRoundedUpAndCoarseBeyondAMinute) {
  EXPECT_EQ(FormatRemaining(milliseconds(0)), "1 s");
  EXPECT_EQ(FormatRemaining(milliseconds(4'001)), "5 s");
  EXPECT_EQ(FormatRemaining(milliseconds(61'000)), "1 min 10 s");
  EXPECT_EQ(FormatRemaining(milliseconds(7'300'000)), "2 h 01 min");
}

TEST(HumanTextTest, BytesAreInDecimalUnits) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1'000), "1.0 kB");
  EXPECT_EQ(FormatBytes(112'900), "113 kB");
  EXPECT_EQ(FormatBytes(999'600), "1.0 MB");
  EXPECT_EQ(FormatBytes(3'234'567), "3.2 MB");
  EXPECT_EQ(FormatBytes(12'000'000'000), "12 GB");
}

TEST(HumanTextTest, RatesAndSpeeds) {
  EXPECT_EQ(FormatRate({30, 1}), "30");
  EXPECT_EQ(FormatRate({30000, 1001}), "29.97");
  EXPECT_EQ(FormatSpeed(8.44), "8.4");
  EXPECT_EQ(FormatSpeed(99.97), "100");
}

TEST(HumanTextTest, ControlCharactersOfAPageDoNotReachTheTerminal) {
  EXPECT_EQ(WithoutControls("a\x1b[31mb\x07"), "a?[31mb?");
  EXPECT_EQ(WithoutControls("one\r\ntwo\tthree"), "one\ntwo three");
  EXPECT_EQ(WithoutControls("\xC2\x9B"
                            "31m"),
            "?31m");  // CSI as a single C1 character
  EXPECT_EQ(WithoutControls("héllo ✓"), "héllo ✓");
}

RC_GTEST_PROP(HumanTextProperty, NothingBelowSpaceButLineFeedsPasses, (const std::string& text)) {
  for (const char c : WithoutControls(text)) {
    const auto byte = static_cast<unsigned char>(c);
    RC_ASSERT(byte == '\n' || (byte >= 0x20 && byte != 0x7F));
  }
}

TEST(HumanTextTest, ShellQuotingLeavesHarmlessArgumentsBare) {
  EXPECT_EQ(ShellQuoted("examples/hello"), "examples/hello");
  EXPECT_EQ(ShellQuoted("my film"), "'my film'");
  EXPECT_EQ(ShellQuoted("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuoted(""), "''");
  EXPECT_EQ(ShellQuoted("$(rm)"), "'$(rm)'");
}

}  // namespace
}  // namespace hyperlocal::cli
