#include "orchestrator/value/value.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace hyperlocal::workflow {
namespace {

Value Map(std::initializer_list<std::pair<const char*, Value>> entries) {
  ValueMap map;
  for (const auto& [key, value] : entries) map.Set(key, value);
  return Value(std::move(map));
}

TEST(Value, ACopyDoesNotFollowItsOriginal) {
  Value original(ValueList{Value(1), Map({{"k", Value("v")}})});
  const Value copy = original;
  original.MutableList()[1].MutableMap().Set("k", Value("changed"));
  original.MutableList().push_back(Value(2));
  EXPECT_EQ(copy, Value(ValueList{Value(1), Map({{"k", Value("v")}})}));
  EXPECT_EQ(original, Value(ValueList{Value(1), Map({{"k", Value("changed")}}), Value(2)}));
}

TEST(Value, IntegersAndDoublesOfTheSameNumberAreEqual) {
  EXPECT_EQ(Value(1), Value(1.0));
  EXPECT_EQ(Value(ValueList{Value(1)}), Value(ValueList{Value(1.0)}));
  EXPECT_FALSE(Value(std::int64_t{9007199254740993}) == Value(9007199254740992.0));
  EXPECT_FALSE(Value(INT64_MAX) == Value(9223372036854775808.0));
  EXPECT_EQ(Value(INT64_MIN), Value(-9223372036854775808.0));
  EXPECT_FALSE(Value(1) == Value(true));
  EXPECT_FALSE(Value("1") == Value::Bytes("1"));
}

TEST(Value, MapsAreEqualInAnyOrder) {
  EXPECT_EQ(Map({{"a", Value(1)}, {"b", Value()}}), Map({{"b", Value()}, {"a", Value(1)}}));
  EXPECT_FALSE(Map({{"a", Value(1)}}) == Map({{"b", Value(1)}}));
  EXPECT_FALSE(Map({{"a", Value(1)}}) == Map({{"a", Value(1)}, {"b", Value()}}));
}

TEST(Value, CountsAsTheServiceDoes) {
  EXPECT_EQ(Value().CountedBytes(), 8U);
  EXPECT_EQ(Value(true).CountedBytes(), 8U);
  EXPECT_EQ(Value("abc").CountedBytes(), 11U);
  EXPECT_EQ(Value(ValueList{Value(1), Value("abc")}).CountedBytes(), 8U + 8U + 11U);
  EXPECT_EQ(Map({{"ab", Value(1)}}).CountedBytes(), 8U + 10U + 8U);
}

TEST(Value, CountsAgainAfterAChange) {
  Value list(ValueList{Value(ValueList{})});
  EXPECT_EQ(list.CountedBytes(), 16U);
  list.MutableList()[0].MutableList().push_back(Value("x"));
  EXPECT_EQ(list.CountedBytes(), 25U);
  EXPECT_EQ(list.Depth(), 2U);
}

TEST(Value, KnowsItsDepth) {
  EXPECT_EQ(Value(1).Depth(), 0U);
  EXPECT_EQ(Value(ValueList{}).Depth(), 1U);
  EXPECT_EQ(Map({{"a", Value(ValueList{Value(1)})}, {"b", Value(2)}}).Depth(), 2U);
}

// More keys than are looked up by walking.
TEST(ValueMap, KeepsTheOrderOfItsKeysAlsoWhenItIsLarge) {
  ValueMap map;
  for (int i = 0; i < 100; ++i) map.Set("key" + std::to_string(i), Value(i));
  map.Set("key7", Value("again"));
  EXPECT_TRUE(map.Erase("key3"));
  EXPECT_FALSE(map.Erase("key3"));
  ASSERT_EQ(map.size(), 99U);
  EXPECT_EQ(map.entries()[3].key, "key4");
  EXPECT_EQ(*map.Find("key7"), Value("again"));
  EXPECT_EQ(map.Find("key3"), nullptr);
  EXPECT_EQ(*map.Find("key99"), Value(99));
  while (map.size() > 2) map.Erase(map.entries()[0].key);
  EXPECT_EQ(*map.Find("key99"), Value(99));
}

}  // namespace
}  // namespace hyperlocal::workflow
