#include "engine/hash/crc32c.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "engine/hash/crc32c_internal.h"

namespace hyperlocal {
namespace {

std::string Counting(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

const std::uint8_t* Data(const std::string& bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

TEST(Crc32c, GivesThePublishedChecksums) {
  // RFC 3720, appendix B.4 (there with the lowest byte first); the check value of the polynomial
  // catalogues is that of "123456789".
  std::string ascending(32, '\0');
  std::iota(ascending.begin(), ascending.end(), '\0');
  std::string descending(ascending.rbegin(), ascending.rend());
  EXPECT_EQ(Crc32cOf(""), 0U);
  EXPECT_EQ(Crc32cOf("123456789"), 0xE3069283U);
  EXPECT_EQ(Crc32cOf(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(Crc32cOf(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(Crc32cOf(ascending), 0x46DD794EU);
  EXPECT_EQ(Crc32cOf(descending), 0x113FDB5CU);
}

TEST(Crc32c, TheInstructionAgreesWithTheTablesAroundEveryBorder) {
  if (!crc32c::HasInstruction()) GTEST_SKIP() << "this processor has no such instruction";
  const std::string bytes = Counting(3 * 4096 * 2 + 3 * 256 + 64);
  for (const std::size_t border : std::initializer_list<std::size_t>{
           0, 8, 3 * 256, 6 * 256, 3 * 4096, 3 * 4096 + 3 * 256, 6 * 4096}) {
    for (std::size_t size = border < 9 ? 0 : border - 9; size <= border + 9; ++size) {
      for (std::size_t start = 0; start < 9; ++start) {
        EXPECT_EQ(crc32c::ExtendByInstruction(0x12345678, Data(bytes) + start, size),
                  crc32c::ExtendByTables(0x12345678, Data(bytes) + start, size))
            << start << "+" << size;
      }
    }
  }
}

RC_GTEST_PROP(Crc32c, TheInstructionAgreesWithTheTables, (std::uint32_t seed, std::uint32_t raw)) {
  RC_PRE(crc32c::HasInstruction());
  const std::string bytes = Counting(*rc::gen::inRange<std::size_t>(0, 40000), seed);
  RC_ASSERT(crc32c::ExtendByInstruction(raw, Data(bytes), bytes.size()) ==
            crc32c::ExtendByTables(raw, Data(bytes), bytes.size()));
}

RC_GTEST_PROP(Crc32c, SplitAnywhereItIsThatOfTheWhole, (std::uint32_t seed)) {
  const std::string bytes = Counting(*rc::gen::inRange<std::size_t>(0, 40000), seed);
  const auto cut = *rc::gen::inRange<std::size_t>(0, bytes.size() + 1);
  const std::string first = bytes.substr(0, cut);
  const std::string second = bytes.substr(cut);
  const std::uint32_t whole = Crc32cOf(bytes);
  RC_ASSERT(Crc32c().Update(first).Update(second).value() == whole);
  RC_ASSERT(CombineCrc32c(Crc32cOf(first), Crc32cOf(second), second.size()) == whole);
}

TEST(Crc32c, CombinesWithoutReadingWhateverTheLength) {
  // Five gibibytes of zeros behind "abc", from their own parts.
  const std::uint64_t gibibyte = std::uint64_t{1} << 30;
  std::uint32_t zeros = Crc32cOf(std::string(1 << 20, '\0'));
  for (std::uint64_t length = 1 << 20; length < gibibyte; length *= 2)
    zeros = CombineCrc32c(zeros, zeros, length);
  std::uint32_t one_by_one = Crc32cOf("abc");
  std::uint32_t five = 0;
  for (int i = 0; i < 5; ++i) {
    one_by_one = CombineCrc32c(one_by_one, zeros, gibibyte);
    five = CombineCrc32c(five, zeros, gibibyte);
  }
  EXPECT_EQ(CombineCrc32c(Crc32cOf("abc"), five, 5 * gibibyte), one_by_one);
  EXPECT_EQ(CombineCrc32c(Crc32cOf("abc"), Crc32cOf(""), 0), Crc32cOf("abc"));
}

TEST(Crc32c, TheBase64FormHasTheHighestByteFirst) {
  EXPECT_EQ(Crc32cBase64(Crc32cOf("")), "AAAAAA==");
  EXPECT_EQ(Crc32cBase64(0xE3069283U), "4waSgw==");
  EXPECT_EQ(ParseCrc32cBase64("4waSgw=="), 0xE3069283U);
  EXPECT_EQ(ParseCrc32cBase64("4waSgw"), std::nullopt);
  EXPECT_EQ(ParseCrc32cBase64("4waSg4wa"), std::nullopt);
  EXPECT_EQ(ParseCrc32cBase64("3808858755"), std::nullopt);
}

}  // namespace
}  // namespace hyperlocal
