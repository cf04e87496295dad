#include "fakes/workflows/server/list_filter_internal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>

#include "fakes/workflows/server/list_page_internal.h"

namespace hyperlocal::workflows {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Kind = ListField::Kind;
constexpr std::array kFields{
    ListField{"state", Kind::kText},        ListField{"startTime", Kind::kTime},
    ListField{"duration", Kind::kDuration}, ListField{"n", Kind::kNumber},
    ListField{"flag", Kind::kFlag},         ListField{"labels", Kind::kLabels}};

std::optional<FieldValue> ItemField(std::string_view field, std::string_view label) {
  if (field == "state") return FieldValue{"SUCCEEDED", 0};
  if (field == "startTime") return FieldValue{"", 1'767'225'600'000'000};  // 2026-01-01
  if (field == "duration") return FieldValue{"", 3'500'000};
  if (field == "n") return FieldValue{"", 7};
  if (field == "labels" && label == "team") return FieldValue{"blue sky", 0};
  return std::nullopt;
}

bool Matches(std::string_view text) {
  const auto filter = ListFilter::Parse(text, kFields);
  EXPECT_TRUE(filter) << text << ": " << filter.error().message;
  return filter && filter->Matches(ItemField);
}

TEST(ListFilter, ComparesByTheKindOfTheField) {
  for (const char* text :
       {"", "  ", "state=\"SUCCEEDED\"", "state = SUCCEEDED", "state!=\"FAILED\"", "state:CEED",
        "startTime>\"2025-08-01\"", "startTime>=\"2026-01-01T00:00:00Z\"",
        "startTime<2026-01-01T00:00:01Z", "duration>3s", "duration<=3.5s", "n=7", "n>-1", "n<8",
        "labels.team=\"blue sky\"", "labels.team:*", "labels:team", "label.team:blue",
        "flag!=true"}) {
    EXPECT_TRUE(Matches(text)) << text;
  }
  for (const char* text :
       {"state=\"succeeded\"", "startTime<\"2025-08-01\"", "duration>4s", "n!=7", "flag=false",
        "labels.other:*", "labels.team=blue", "NOT state=SUCCEEDED", "-n=7"}) {
    EXPECT_FALSE(Matches(text)) << text;
  }
}

TEST(ListFilter, OrBindsCloserThanAnd) {
  EXPECT_TRUE(Matches("n=7 AND state=FAILED OR state=SUCCEEDED"));
  EXPECT_FALSE(Matches("n=8 AND state=FAILED OR state=SUCCEEDED"));
  EXPECT_TRUE(Matches("(n=8 AND state=FAILED) OR state=SUCCEEDED"));
  EXPECT_TRUE(Matches("n=7 state=SUCCEEDED"));
  EXPECT_FALSE(Matches("n=7 state=FAILED"));
  EXPECT_TRUE(Matches("NOT (n=8 OR n=9)"));
}

TEST(ListFilter, SaysWhatMakesNoSense) {
  for (const char* text :
       {"state", "state=", "=x", "(n=7", "n=7)", "state=\"open", "n=seven", "startTime>yesterday",
        "duration>long", "flag=maybe", "weight=3", "n=7 AND", "labels=x", "NOT"}) {
    const auto filter = ListFilter::Parse(text, kFields);
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(filter.error().code, ErrorCode::kBadRequest);
    EXPECT_THAT(filter.error().message, HasSubstr("invalid filter")) << text;
  }
  EXPECT_FALSE(ListFilter::Parse(std::string(10'000, '('), kFields));
}

class PageTest : public ::testing::Test {
 protected:
  // Items 0 to 5 with the keys 10 to 15; n is 0, 1, 0, 1, …
  ListItems Items() {
    ListItems items;
    items.count = 6;
    items.key = [](std::size_t item) { return static_cast<std::int64_t>(item) + 10; };
    items.field = [](std::size_t item, std::string_view, std::string_view) {
      return FieldValue{"", static_cast<std::int64_t>(item % 2)};
    };
    return items;
  }
  Result<ListPage> Select(const ListRequest& request) {
    return SelectPage(request, kFields, "n desc", Items());
  }
};

TEST_F(PageTest, SortsSkipsAndGoesOn) {
  ListRequest request;
  EXPECT_THAT(Select(request)->items, ElementsAre(5, 3, 1, 4, 2, 0));
  request.order_by = "n";
  EXPECT_THAT(Select(request)->items, ElementsAre(0, 2, 4, 1, 3, 5));
  request.page_size = 4;
  const ListPage first = *Select(request);
  EXPECT_THAT(first.items, ElementsAre(0, 2, 4, 1));
  EXPECT_EQ(first.total, 6U);
  request.page_token = first.next_page_token;
  EXPECT_THAT(Select(request)->items, ElementsAre(3, 5));
  EXPECT_EQ(Select(request)->next_page_token, "");
  request.filter = "n=1";
  EXPECT_FALSE(Select(request)) << "the token is of another filter";
  request.page_token.clear();
  request.skip = 1;
  EXPECT_THAT(Select(request)->items, ElementsAre(3, 5));
  request.order_by = "n sideways";
  EXPECT_FALSE(Select(request));
}

}  // namespace
}  // namespace hyperlocal::workflows
