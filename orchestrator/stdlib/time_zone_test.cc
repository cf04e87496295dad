#include "orchestrator/stdlib/time_zone.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace hyperlocal::workflow {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;
using testing::TemporaryDirectory;

// A moment of UTC.
sys_seconds At(int year, unsigned month, unsigned day, hours hour = 0h) {
  return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
         hour;
}

TEST(TimeZoneRule, WithoutDaylightSavingIsAlwaysTheSame) {
  const TimeZoneRule rule = TimeZoneRule::Parse("<+0530>-5:30").value();
  EXPECT_EQ(rule.OffsetAt(At(2026, 7, 1)), 5h + 30min);
}

TEST(TimeZoneRule, ChangesOnTheLastSundays) {
  const TimeZoneRule rule = TimeZoneRule::Parse("CET-1CEST,M3.5.0,M10.5.0/3").value();
  // In 2040: 25 March and 28 October, both at 01:00 UTC.
  EXPECT_EQ(rule.OffsetAt(At(2040, 3, 25, 1h) - 1s), 1h);
  EXPECT_EQ(rule.OffsetAt(At(2040, 3, 25, 1h)), 2h);
  EXPECT_EQ(rule.OffsetAt(At(2040, 10, 28, 1h) - 1s), 2h);
  EXPECT_EQ(rule.OffsetAt(At(2040, 10, 28, 1h)), 1h);
}

TEST(TimeZoneRule, InTheSouthASummerGoesOverTheNewYear) {
  const TimeZoneRule rule = TimeZoneRule::Parse("AEST-10AEDT,M10.1.0,M4.1.0/3").value();
  EXPECT_EQ(rule.OffsetAt(At(2041, 1, 15)), 11h);
  EXPECT_EQ(rule.OffsetAt(At(2041, 7, 15)), 10h);
}

TEST(TimeZoneRule, KnowsDaysByNumber) {
  // Day 60 without leap days is the first of March; day 59 from 0 the 29 February of a leap year.
  const TimeZoneRule julian = TimeZoneRule::Parse("AAA0BBB,J60/0,J300").value();
  EXPECT_EQ(julian.OffsetAt(At(2040, 2, 29, 23h)), 0h);
  EXPECT_EQ(julian.OffsetAt(At(2040, 3, 1)), 1h);
  const TimeZoneRule counted = TimeZoneRule::Parse("AAA0BBB,59/0,300").value();
  EXPECT_EQ(counted.OffsetAt(At(2040, 2, 29)), 1h);
}

TEST(TimeZoneRule, RefusesOtherText) {
  for (const char* text : {"CE-1", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M1.1.0", "<CET-1",
                           "CET-1CEST,M3.5.0,M10.5.0x"}) {
    EXPECT_FALSE(TimeZoneRule::Parse(text)) << text;
  }
}

TEST(TimeZone, ReadsThePastTheFutureAndTheTimeBeforeClocksAgreed) {
  const TimeZone berlin = TimeZone::Load("Europe/Berlin").value();
  EXPECT_EQ(berlin.OffsetAt(At(1985, 7, 1)), 2h);
  EXPECT_EQ(berlin.OffsetAt(At(1960, 7, 1)), 1h);  // no summer time in those years
  EXPECT_EQ(berlin.OffsetAt(At(2026, 1, 1)), 1h);
  EXPECT_EQ(berlin.OffsetAt(At(2150, 7, 1)), 2h);           // by the rule
  EXPECT_EQ(berlin.OffsetAt(At(1800, 1, 1)), 53min + 28s);  // the sun's time
}

TEST(TimeZone, RefusesWhatIsNoneByName) {
  for (const char* name : {"", "Atlantis/Center", "../zoneinfo/UTC", "/etc/passwd", "Europe"}) {
    const auto zone = TimeZone::Load(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().code, ErrorCode::kNotFound) << name;
  }
}

TEST(TimeZone, SaysThatAFileIsDamaged) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "Half") << "TZif2" << std::string(39, '\0');
  std::ofstream(directory / "Text") << "no time zone at all, but long enough for a header of 44";
  for (const char* name : {"Half", "Text"}) {
    const auto zone = TimeZone::Load(name, directory.path().string());
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::kIo);
    EXPECT_NE(zone.error().message.find(name), std::string::npos);
  }
}

}  // namespace
}  // namespace hyperlocal::workflow
