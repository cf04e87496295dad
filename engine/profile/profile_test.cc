#include "engine/profile/profile.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace hyperlocal {
namespace {

TEST(Profile, RecordsWhatEndsWhileItIsOn) {
  { const WorkSpan before(WorkKind::kPlan, "before"); }
  std::vector<ProfileSpan> spans;
  {
    const WorkSpan begun_before(WorkKind::kPlan, "begun before");
    Profile::Start();
    { const WorkSpan inner(WorkKind::kEncode, "inner", "detail"); }
    const WorkSpan open(WorkKind::kPlan, "open");
    spans = Profile::Stop();
  }
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].kind, WorkKind::kEncode);
  EXPECT_EQ(spans[0].name, "inner");
  EXPECT_EQ(spans[0].detail, "detail");
  EXPECT_LE(spans[0].start, spans[0].end);
  EXPECT_TRUE(Profile::Stop().empty());
}

TEST(Profile, TellsThreadsApartAndKeepsTheOrderOfEnds) {
  Profile::Start();
  {
    const WorkSpan outer(WorkKind::kPlan, "outer");
    std::thread([] { const WorkSpan other(WorkKind::kDecode, "other"); }).join();
  }
  const std::vector<ProfileSpan> spans = Profile::Stop();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].name, "other");
  EXPECT_EQ(spans[1].name, "outer");
  EXPECT_NE(spans[0].thread, spans[1].thread);
  EXPECT_GE(spans[0].start, spans[1].start);
}

TEST(Profile, StartsAnew) {
  Profile::Start();
  { const WorkSpan first(WorkKind::kPlan, "first"); }
  Profile::Start();
  EXPECT_TRUE(Profile::Stop().empty());
}

}  // namespace
}  // namespace hyperlocal
