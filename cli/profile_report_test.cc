#include "cli/profile_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/file/whole_file.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::TemporaryDirectory;

// From `start` to `end`, in milliseconds of a time that begins anywhere.
ProfileSpan Span(WorkKind kind, const char* name, int start, int end, int thread = 7) {
  const std::chrono::steady_clock::time_point origin{std::chrono::hours(5)};
  return {kind,
          name,
          "",
          origin + std::chrono::milliseconds(start),
          origin + std::chrono::milliseconds(end),
          thread};
}

TEST(ProfileReport, IsATimelineOfThreadsThatBeginsAtNought) {
  const TemporaryDirectory directory("profile");
  ProfileSpan named = Span(WorkKind::kBrowser, "Runtime.evaluate", 110, 120, 8);
  named.detail = "a \"quoted\" \xff text";  // a page's text is whatever it is
  const Status written =
      WriteProfile(directory / "p.json", {Span(WorkKind::kEncode, "frame", 100, 150), named});
  ASSERT_TRUE(written) << written.error().message;
  const auto document = nlohmann::json::parse(ReadWholeFile(directory / "p.json").value());
  const auto& events = document["traceEvents"];
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0]["ph"], "M");
  EXPECT_EQ(events[0]["args"]["name"], "encode");
  EXPECT_EQ(events[1]["args"]["name"], "browser");
  EXPECT_EQ(events[2]["ph"], "X");
  EXPECT_EQ(events[2]["name"], "frame");
  EXPECT_EQ(events[2]["cat"], "encode");
  EXPECT_EQ(events[2]["ts"], 0);
  EXPECT_EQ(events[2]["dur"], 50'000);
  EXPECT_EQ(events[2]["tid"], 7);
  EXPECT_EQ(events[3]["ts"], 10'000);
  EXPECT_THAT(events[3]["args"]["detail"], HasSubstr("\"quoted\""));
}

TEST(ProfileReport, TheSummaryCountsATimeOnce) {
  // A plan of 10 s in which the browser works for 6, with an encoder of 10 s beside it; what a
  // workflow's steps wait for is work of others.
  const std::string summary = ProfileSummary(
      {Span(WorkKind::kBrowser, "call", 2'000, 6'000),
       Span(WorkKind::kBrowser, "call", 6'000, 8'000), Span(WorkKind::kPlan, "plan", 0, 10'000),
       Span(WorkKind::kEncode, "frame", 0, 10'000, 9),
       Span(WorkKind::kWorkflow, "step", 0, 10'000, 0), Span(WorkKind::kStorage, "stat", 0, 10, 3)},
      "p.json", false);
  EXPECT_THAT(summary, HasSubstr("encode 10.0 s (50 %), browser 6.0 s (30 %), plan 4.0 s (20 %)"));
  EXPECT_THAT(summary, Not(HasSubstr("workflow")));
  EXPECT_THAT(summary, Not(HasSubstr("storage")));
  EXPECT_THAT(summary, HasSubstr("p.json"));
}

TEST(ProfileReport, OfNothingIsATimelineToo) {
  const TemporaryDirectory directory("profile");
  ASSERT_TRUE(WriteProfile(directory / "p.json", {}));
  EXPECT_TRUE(
      nlohmann::json::parse(ReadWholeFile(directory / "p.json").value())["traceEvents"].empty());
  EXPECT_THAT(ProfileSummary({}, "p.json", false), HasSubstr("nothing was worked on"));
}

}  // namespace
}  // namespace hyperlocal::cli
