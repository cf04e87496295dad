#include "cli/styled_line.h"

#include <gtest/gtest.h>

namespace hyperlocal::cli {
namespace {

TEST(StyledLineTest, WidthCountsColumnsNotBytes) {
  StyledLine line;
  line.Add("✓ ").Add("1920×1080", Style::kDim).PadTo(14).Add("|");
  EXPECT_EQ(line.width(), 15U);
  EXPECT_EQ(line.Text(), "✓ 1920×1080   |");
}

TEST(StyledLineTest, WithoutColourNoEscapeSequenceIsWritten) {
  StyledLine line;
  line.Add("a", Style::kBad).Add("b").Add("c", Style::kGood);
  EXPECT_EQ(line.Render(false), "abc");
  EXPECT_EQ(line.Render(true), "\x1b[31ma\x1b[0mb\x1b[32mc\x1b[0m");
}

TEST(StyledLineTest, CuttingKeepsTheStylesOfWhatIsLeft) {
  StyledLine line;
  line.Add("ab×", Style::kBad).Add("def", Style::kGood);
  EXPECT_EQ(line.CutTo(10).Text(), "ab×def");
  EXPECT_EQ(line.CutTo(4).Render(true), "\x1b[31mab×\x1b[0m\x1b[32md\x1b[0m");
  EXPECT_EQ(line.width(), 4U);
  EXPECT_EQ(line.CutTo(3).Text(), "ab×");
}

TEST(StyledLineTest, ShorteningCutsAtCharactersAndShowsIt) {
  EXPECT_EQ(Shortened("×××××", 3, true), "××…");
  EXPECT_EQ(Shortened("abcdef", 4, false), "abc.");
  EXPECT_EQ(Shortened("abc", 3, true), "abc");
  EXPECT_EQ(Shortened("abc", 0, true), "");
}

}  // namespace
}  // namespace hyperlocal::cli
