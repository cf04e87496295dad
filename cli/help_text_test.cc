#include "cli/help_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "cli/command_line.h"
#include "cli/styled_line.h"
#include "engine/error/error.h"
#include "tests/support/file_content.h"

namespace hyperlocal::cli {
namespace {

void ExpectAtMost80Columns(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(DisplayWidth(line), 80U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

// As a shell would split it, as far as our examples go: blanks, single quotes, && and >.
std::vector<std::vector<std::string>> Commands(const std::string& example) {
  std::vector<std::vector<std::string>> commands(1);
  std::string word;
  bool quoted = false, in_word = false, redirected = false;
  const auto end_word = [&] {
    if (!in_word) return;
    if (word == "&&") {
      commands.emplace_back();
    } else if (word == ">") {
      redirected = true;
    } else if (redirected) {
      redirected = false;
    } else {
      commands.back().push_back(word);
    }
    word.clear();
    in_word = false;
  };
  for (const char c : example) {
    if (c == '\'') {
      quoted = !quoted;
      in_word = true;
    } else if (c == ' ' && !quoted) {
      end_word();
    } else {
      word += c;
      in_word = true;
    }
  }
  end_word();
  return commands;
}

TEST(HelpTextTest, FitsEightyColumns) {
  ExpectAtMost80Columns(OverviewHelp());
  for (const CommandSpec& command : hyperlocal::cli::Commands()) {
    ExpectAtMost80Columns(CommandHelp(command));
  }
}

TEST(HelpTextTest, NamesEveryFlagAndItsChoices) {
  for (const CommandSpec& command : hyperlocal::cli::Commands()) {
    const std::string help = CommandHelp(command);
    for (const FlagSpec& flag : command.flags) {
      EXPECT_NE(help.find(fmt::format("--{}", flag.name)), std::string::npos) << flag.name;
      for (const std::string_view choice : flag.choices) {
        EXPECT_NE(help.find(choice), std::string::npos) << choice;
      }
    }
  }
}

TEST(HelpTextTest, EveryExampleIsACommandLineThatParses) {
  for (const CommandSpec& command : hyperlocal::cli::Commands()) {
    EXPECT_GE(command.examples.size(), 3U) << command.name;
    for (const ExampleSpec& example : command.examples) {
      for (std::vector<std::string> words : Commands(std::string(example.command))) {
        ASSERT_EQ(words.front(), "hyperlocal");
        words.erase(words.begin());
        const auto parsed = ParseCommandLine(words);
        EXPECT_TRUE(parsed.has_value()) << example.command << ": " << parsed.error().message;
      }
    }
  }
}

TEST(HelpTextTest, EveryExitStatusOfTheErrorTableIsExplained) {
  for (const ErrorSpec& spec : kErrorTable) {
    bool explained = false;
    for (const ExitStatusSpec& exit : ExitStatuses()) explained |= exit.status == spec.exit_status;
    EXPECT_TRUE(explained) << spec.wire << " " << spec.exit_status;
  }
}

TEST(HelpTextTest, TheDocumentationNamesEveryFlagAndEveryExitStatus) {
  const std::string page =
      testing::FileContent(std::filesystem::path(HYPERLOCAL_SOURCE_DIR) / "docs" / "cli.md");
  for (const CommandSpec& command : hyperlocal::cli::Commands()) {
    for (const FlagSpec& flag : command.flags) {
      EXPECT_NE(page.find(fmt::format("--{}", flag.name)), std::string::npos)
          << command.name << " --" << flag.name;
    }
  }
  for (const ExitStatusSpec& exit : ExitStatuses()) {
    EXPECT_NE(page.find(fmt::format("| {} |", exit.status)), std::string::npos) << exit.status;
  }
}

}  // namespace
}  // namespace hyperlocal::cli
