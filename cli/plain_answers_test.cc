#include "cli/plain_answers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "cli/recording_console_test_support.h"
#include "cli/version.h"

namespace hyperlocal::cli {
namespace {

struct Said {
  std::optional<int> status;
  std::string out, err;
};

Said Answer(const std::vector<std::string>& arguments, bool out_is_full = false) {
  RecordingConsole console;
  console.out_is_full = out_is_full;
  const PlainAnswer answer = AnswerPlainly(arguments, console, Environment());
  return {answer.exit_status, console.out(), console.err()};
}

TEST(PlainAnswersTest, TheVersionIsOneLineOnStandardOutput) {
  const Said said = Answer({"--version"});
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.out, "hyperlocal " + std::string(Version()) + "\n");
  EXPECT_EQ(said.err, "");
}

TEST(PlainAnswersTest, AMistakeIsOneLineOnStandardErrorAndStatus64) {
  const Said said = Answer({"render", "x", "--crff"});
  EXPECT_EQ(said.status, 64);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err, "hyperlocal: render has no flag --crff; did you mean --crf?\n");
}

TEST(PlainAnswersTest, AMistakeIsADocumentToo) {
  const Said said = Answer({"render", "x", "--crff", "--json"});
  EXPECT_EQ(said.status, 64);
  const auto document = nlohmann::json::parse(said.out);
  EXPECT_EQ(document["schema"], "hyperlocal.render/1");
  EXPECT_EQ(document["error"]["code"], "USAGE");
  EXPECT_EQ(document["error"]["exitStatus"], 64);
  EXPECT_EQ(document["error"]["nextCommand"], "hyperlocal help render");
  EXPECT_EQ(document["_meta"]["version"], std::string(Version()));
}

TEST(PlainAnswersTest, HelpThatCannotBeWrittenIsAnIoError) {
  EXPECT_EQ(Answer({"help"}, true).status, 74);
}

TEST(PlainAnswersTest, ACommandThatMakesSenseIsLeftToRun) {
  RecordingConsole console;
  const std::vector<std::string> arguments{"doctor"};
  const PlainAnswer answer = AnswerPlainly(arguments, console, Environment());
  EXPECT_FALSE(answer.exit_status.has_value());
  EXPECT_EQ(answer.line.command, FindCommand("doctor"));
}

}  // namespace
}  // namespace hyperlocal::cli
