#include <gtest/gtest.h>

#include "engine/composition/byte_range_internal.h"

namespace hyperlocal {
namespace {

TEST(ParseByteRange, CutsTheRangeAtTheEndOfTheFile) {
  struct Case {
    const char* header;
    std::uint64_t size, offset, length;
  };
  for (const Case& row :
       {Case{"bytes=0-0", 10, 0, 1}, Case{"bytes=2-4", 10, 2, 3}, Case{"bytes=2-", 10, 2, 8},
        Case{"bytes=-4", 10, 6, 4}, Case{"bytes=-40", 10, 0, 10}, Case{"bytes=8-40", 10, 8, 2},
        Case{"bytes=0-18446744073709551615", 10, 0, 10}}) {
    const auto range = ParseByteRange(row.header, row.size);
    ASSERT_TRUE(range) << row.header;
    EXPECT_EQ(range->offset, row.offset) << row.header;
    EXPECT_EQ(range->length, row.length) << row.header;
  }
}

TEST(ParseByteRange, IsEmptyBehindTheEnd) {
  for (const char* header : {"bytes=10-", "bytes=10-12", "bytes=-0"}) {
    const auto range = ParseByteRange(header, 10);
    ASSERT_TRUE(range) << header;
    EXPECT_EQ(range->length, 0U) << header;
  }
  EXPECT_EQ(ParseByteRange("bytes=0-", 0)->length, 0U);
}

TEST(ParseByteRange, IgnoresWhatItDoesNotKnow) {
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=3", "bytes=5-2", "items=0-1", "bytes=0-1,3-4",
        "bytes=a-b", "bytes=0x1-2", "bytes= 0-1", "bytes=99999999999999999999-"}) {
    EXPECT_FALSE(ParseByteRange(header, 10)) << header;
  }
}

}  // namespace
}  // namespace hyperlocal
