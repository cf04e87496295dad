#include "cli/environment.h"

#include <gtest/gtest.h>

#include <map>

namespace hyperlocal::cli {
namespace {

Environment With(std::map<std::string, std::string> variables) {
  return ReadEnvironment([variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

TEST(EnvironmentTest, ATerminalGetsColourAndAPipeDoesNot) {
  const Environment environment = With({{"TERM", "xterm"}});
  EXPECT_TRUE(environment.UseColor(true));
  EXPECT_FALSE(environment.UseColor(false));
}

TEST(EnvironmentTest, ADumbTerminalOrNoneGetsNoColour) {
  EXPECT_FALSE(With({{"TERM", "dumb"}}).UseColor(true));
  EXPECT_FALSE(With({}).UseColor(true));
}

TEST(EnvironmentTest, ForceColorReachesAPipeAndNoColorBeatsIt) {
  EXPECT_TRUE(With({{"FORCE_COLOR", "1"}}).UseColor(false));
  EXPECT_FALSE(With({{"FORCE_COLOR", "0"}}).UseColor(false));
  EXPECT_FALSE(With({{"FORCE_COLOR", "1"}, {"NO_COLOR", "1"}, {"TERM", "xterm"}}).UseColor(true));
  EXPECT_TRUE(With({{"NO_COLOR", ""}, {"TERM", "xterm"}}).UseColor(true));
}

TEST(EnvironmentTest, CiIsOnUnlessItSaysNo) {
  EXPECT_TRUE(With({{"CI", "true"}}).ci);
  EXPECT_FALSE(With({{"CI", "false"}}).ci);
  EXPECT_FALSE(With({{"CI", ""}}).ci);
  EXPECT_FALSE(With({}).ci);
}

TEST(EnvironmentTest, TheFirstLocaleVariableThatIsSetDecidesAboutUnicode) {
  EXPECT_TRUE(With({{"LANG", "de_DE.UTF-8"}}).utf8);
  EXPECT_TRUE(With({{"LANG", "C"}, {"LC_CTYPE", "C.utf8"}}).utf8);
  EXPECT_FALSE(With({{"LC_ALL", "C"}, {"LANG", "en_US.UTF-8"}}).utf8);
  EXPECT_FALSE(With({}).utf8);
}

}  // namespace
}  // namespace hyperlocal::cli
