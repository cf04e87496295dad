#include "cli/nearest_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace hyperlocal::cli {
namespace {

TEST(NearestNameTest, AFewWrongLettersAreForgiven) {
  const std::vector<std::string> flags{"--output", "--quality", "--crf", "--codec"};
  EXPECT_EQ(NearestName("--qualty", flags), "--quality");
  EXPECT_EQ(NearestName("--ouptut", flags), "--output");
  EXPECT_EQ(NearestName("--cdoec", flags), "--codec");
}

TEST(NearestNameTest, ABeginningStandsForTheWhole) {
  const std::vector<std::string> flags{"--output", "--variables-file"};
  EXPECT_EQ(NearestName("--var", flags), "--variables-file");
}

TEST(NearestNameTest, SomethingElseEntirelyHasNoNearest) {
  const std::vector<std::string> flags{"--output", "--quality"};
  EXPECT_EQ(NearestName("--telemetry", flags), std::nullopt);
  EXPECT_EQ(NearestName("", flags), std::nullopt);
  EXPECT_EQ(NearestName(std::string(1000, 'x'), flags), std::nullopt);
}

}  // namespace
}  // namespace hyperlocal::cli
