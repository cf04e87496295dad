#include "cli/command_line.h"

#include <gtest/gtest.h>

#include <vector>

namespace hyperlocal::cli {
namespace {

using Arguments = std::vector<std::string>;

CommandLine Parsed(const Arguments& arguments) {
  auto invocation = ParseCommandLine(arguments);
  EXPECT_TRUE(invocation.has_value());
  if (!invocation) return {};
  return std::get<CommandLine>(*invocation);
}

TEST(CommandLineTest, FlagsAreReadInEveryUsualForm) {
  const CommandLine line =
      Parsed({"render", "-o", "a.mp4", "--crf=20", "film", "--quiet", "--fps", "30"});
  EXPECT_EQ(line.command->name, "render");
  EXPECT_EQ(line.argument, "film");
  EXPECT_EQ(line.Value("output"), "a.mp4");
  EXPECT_EQ(line.Value("crf"), "20");
  EXPECT_EQ(line.Value("fps"), "30");
  EXPECT_TRUE(line.Has("quiet"));
  EXPECT_FALSE(line.Has("json"));
}

TEST(CommandLineTest, AFlagGivenTwiceCountsTheLastTime) {
  EXPECT_EQ(Parsed({"render", "film", "--crf", "1", "--crf", "2"}).Value("crf"), "2");
}

TEST(CommandLineTest, JsonValuesAndNegativeNumbersArriveAsWritten) {
  EXPECT_EQ(Parsed({"render", "film", "--variables", "{\"a\": [1, 2]}"}).Value("variables"),
            "{\"a\": [1, 2]}");
  EXPECT_EQ(Parsed({"render", "film", "--variables", "[1,2]"}).Value("variables"), "[1,2]");
  EXPECT_EQ(Parsed({"render", "film", "--crf", "-5"}).Value("crf"), "-5");
}

TEST(CommandLineTest, AfterTwoDashesEverythingIsAnArgument) {
  EXPECT_EQ(Parsed({"render", "--", "-odd-name"}).argument, "-odd-name");
}

TEST(CommandLineTest, VersionAndHelpAreFoundWhereverPeopleWriteThem) {
  for (const Arguments& arguments : {Arguments{"--version"}, Arguments{"-V"}}) {
    EXPECT_TRUE(std::holds_alternative<VersionRequest>(*ParseCommandLine(arguments)));
  }
  for (const Arguments& arguments : {Arguments{"render", "--help"}, Arguments{"render", "x", "-h"},
                                     Arguments{"help", "render"}}) {
    const auto invocation = ParseCommandLine(arguments);
    ASSERT_TRUE(invocation.has_value());
    EXPECT_EQ(std::get<HelpRequest>(*invocation).command, FindCommand("render"));
  }
  EXPECT_EQ(std::get<HelpRequest>(*ParseCommandLine(Arguments{"help"})).command, nullptr);
  EXPECT_EQ(std::get<HelpRequest>(*ParseCommandLine(Arguments{"--help"})).command, nullptr);
}

struct Mistake {
  const char* name;
  Arguments arguments;
  const char* message;
};
void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << mistake.name;
}

class CommandLineMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(CommandLineMistake, IsNamedInOneLineWithTheWayOut) {
  const auto invocation = ParseCommandLine(GetParam().arguments);
  ASSERT_FALSE(invocation.has_value());
  EXPECT_EQ(invocation.error().code, ErrorCode::kUsage);
  EXPECT_EQ(invocation.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, CommandLineMistake,
    ::testing::Values(
        Mistake{"Nothing", {}, "no command given; see hyperlocal help"},
        Mistake{"Command", {"rendr", "x"}, "unknown command 'rendr'; did you mean render?"},
        Mistake{"FarCommand",
                {"transcode"},
                "unknown command 'transcode'; the commands are render, doctor, help"},
        Mistake{
            "HelpOfNothing", {"help", "rendr"}, "unknown command 'rendr'; did you mean render?"},
        Mistake{"Flag",
                {"render", "x", "--crff", "3"},
                "render has no flag --crff; did you mean --crf?"},
        Mistake{"FlagWithValue",
                {"render", "x", "--qualty=high"},
                "render has no flag --qualty; did you mean --quality?"},
        Mistake{"FarFlag",
                {"render", "x", "--telemetry"},
                "render has no flag --telemetry; see hyperlocal help render"},
        Mistake{"FlagBeforeCommand",
                {"--verson"},
                "hyperlocal has no flag --verson; did you mean --version?"},
        Mistake{"Choice",
                {"render", "x", "--quality", "hgh"},
                "--quality takes one of draft, standard, high, not 'hgh'; did you mean high?"},
        Mistake{"NoValue", {"render", "x", "--crf"}, "--crf needs a value: --crf N"},
        Mistake{"EmptyValue", {"render", "x", "--crf="}, "--crf needs a value: --crf N"},
        Mistake{"NoChoice", {"render", "x", "--codec"}, "--codec needs a value: one of h264, h265"},
        Mistake{"SwitchWithValue",
                {"render", "x", "--quiet=yes"},
                "--quiet is a switch and takes no value"},
        Mistake{"NoProject", {"render"}, "render needs a PROJECT: hyperlocal render PROJECT"},
        Mistake{
            "EmptyProject", {"render", ""}, "render needs a PROJECT: hyperlocal render PROJECT"},
        Mistake{
            "TwoProjects", {"render", "a", "b"}, "render takes one PROJECT, but got 'a' and 'b'"},
        Mistake{"Argument", {"doctor", "x"}, "doctor takes no argument, but got 'x'"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(CommandLineTest, TheWishForJsonIsSeenEvenInAMistake) {
  EXPECT_TRUE(AsksForJson(Arguments{"render", "--nonsense", "--json"}));
  EXPECT_FALSE(AsksForJson(Arguments{"render", "--", "--json"}));
}

TEST(CommandLineTest, SchemasAreNamedForTheVerb) {
  EXPECT_EQ(SchemaOf("render"), "hyperlocal.render/1");
  EXPECT_EQ(SchemaOf("nonsense"), "hyperlocal/1");
}

}  // namespace
}  // namespace hyperlocal::cli
