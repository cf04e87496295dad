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
  EXPECT_EQ(line.arguments, Arguments{"film"});
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
  EXPECT_EQ(Parsed({"render", "--", "-odd-name"}).arguments, Arguments{"-odd-name"});
}

TEST(CommandLineTest, ACommandOfAGroupTakesTwoWords) {
  const CommandLine line = Parsed({"contract", "plan-hash", "a plan", "--json"});
  EXPECT_EQ(line.command->name, "contract plan-hash");
  EXPECT_EQ(line.arguments, Arguments{"a plan"});
  EXPECT_EQ(std::get<HelpRequest>(*ParseCommandLine(Arguments{"help", "contract"})).group,
            "contract");
  EXPECT_EQ(std::get<HelpRequest>(*ParseCommandLine(Arguments{"contract", "--help"})).group,
            "contract");
  EXPECT_EQ(
      std::get<HelpRequest>(*ParseCommandLine(Arguments{"help", "contract", "plan-hash"})).command,
      FindCommand("contract plan-hash"));
}

TEST(CommandLineTest, ACommandMayTakeSeveralArguments) {
  EXPECT_EQ(Parsed({"assemble", "plan", "0.mp4", "1.mp4", "-o", "x"}).arguments,
            (Arguments{"plan", "0.mp4", "1.mp4"}));
}

TEST(CommandLineTest, WholeNumbersAreWhole) {
  EXPECT_EQ(*Parsed({"render", "x", "--fps", "30"}).WholeNumber("fps"), 30);
  EXPECT_EQ(*Parsed({"render", "x"}).WholeNumber("fps"), std::nullopt);
  for (const char* text : {"30.0", "x", "99999999999", " 30"}) {
    const auto number = Parsed({"render", "x", "--fps", text}).WholeNumber("fps");
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error().code, ErrorCode::kUsage);
  }
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
                "unknown command 'transcode'; the commands are render, plan, render-chunk, "
                "assemble, assets, emulate, exec, env, cloudrun, golden, workflow, serve, storage, "
                "doctor, contract, help"},
        Mistake{"CommandOfAGroup",
                {"contract", "plan-hsh", "x"},
                "unknown command 'contract plan-hsh'; did you mean plan-hash?"},
        Mistake{"GroupAlone",
                {"contract"},
                "contract needs one of check-config, check-argument, canonical-json, "
                "project-hash, plan-hash, chunk-plan"},
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
        Mistake{
            "NoProject", {"render"}, "render needs a PROJECT: hyperlocal render PROJECT [flags]"},
        Mistake{"EmptyProject",
                {"render", ""},
                "render needs a PROJECT: hyperlocal render PROJECT [flags]"},
        Mistake{"TwoProjects",
                {"render", "a", "b"},
                "render takes PROJECT and no more, but got 'b' as well"},
        Mistake{"NoChunks",
                {"assemble", "plan"},
                "assemble needs a CHUNK: hyperlocal assemble PLAN CHUNK... [flags]"},
        Mistake{"Argument", {"doctor", "x"}, "doctor takes no argument, but got 'x'"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(CommandLineTest, TheWishForJsonIsSeenEvenInAMistake) {
  EXPECT_TRUE(AsksForJson(Arguments{"render", "--nonsense", "--json"}));
  EXPECT_FALSE(AsksForJson(Arguments{"render", "--", "--json"}));
}

TEST(CommandLineTest, SchemasAreNamedForTheVerb) {
  EXPECT_EQ(SchemaOf(FindCommand("render")), "hyperlocal.render/1");
  EXPECT_EQ(SchemaOf(FindCommand("contract chunk-plan")), "hyperlocal.contract.chunk-plan/1");
  EXPECT_EQ(SchemaOf(nullptr), "hyperlocal/1");
}

}  // namespace
}  // namespace hyperlocal::cli
