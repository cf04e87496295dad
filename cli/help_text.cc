#include "cli/help_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cli/version.h"

namespace hyperlocal::cli {
namespace {

constexpr std::size_t kHelpWidth = 80;

// "  left   words of the right column, broken to fit"; a left part that is too long gets its own
// line.
std::string TwoColumns(std::string_view left, std::size_t column, std::string_view right) {
  std::string text = fmt::format("  {}", left);
  if (text.size() + 2 > column) {
    text += '\n';
    text.append(column, ' ');
  } else {
    text.append(column - text.size(), ' ');
  }
  std::size_t used = column;
  while (!right.empty()) {
    const std::size_t end = std::min(right.find(' '), right.size());
    const std::string_view word = right.substr(0, end);
    right.remove_prefix(std::min(end + 1, right.size()));
    if (used > column && used + 1 + word.size() > kHelpWidth) {
      text += '\n';
      text.append(column, ' ');
      used = column;
    }
    if (used > column) {
      text += ' ';
      ++used;
    }
    text += word;
    used += word.size();
  }
  return text + '\n';
}

std::string FlagLabel(const FlagSpec& flag) {
  const std::string short_part =
      flag.short_name == 0 ? std::string("    ") : fmt::format("-{}, ", flag.short_name);
  const std::string value = flag.value.empty() ? "" : fmt::format(" {}", flag.value);
  return fmt::format("{}--{}{}", short_part, flag.name, value);
}

std::string Description(const FlagSpec& flag) {
  if (flag.choices.empty()) return std::string(flag.description);
  return fmt::format("{}: {}", flag.description, fmt::join(flag.choices, ", "));
}

std::string UsageLine(const CommandSpec& command) {
  std::string argument;
  if (!command.argument.empty()) {
    argument = command.argument_required ? fmt::format(" {}", command.argument)
                                         : fmt::format(" [{}]", command.argument);
  }
  return fmt::format("hyperlocal {}{}{}", command.name, argument,
                     command.flags.empty() ? "" : " [flags]");
}

}  // namespace

std::string OverviewHelp() {
  std::string text =
      "hyperlocal: the distributed HyperFrames render, on one machine\n"
      "\n"
      "Usage: hyperlocal COMMAND [flags]\n"
      "\n"
      "Commands\n";
  for (const CommandSpec& command : Commands()) {
    text += TwoColumns(command.name, 12, command.summary);
  }
  text += "\nStart here\n";
  text += TwoColumns("hyperlocal doctor", 36, "is everything there?");
  text += TwoColumns("hyperlocal render PROJECT", 36, "render it");
  text += TwoColumns("hyperlocal help render", 36, "all flags, with examples");
  text += "  hyperlocal --version              the version\n";
  text += "\nProgress goes to standard error, results to standard output.\n";
  return text;
}

std::string CommandHelp(const CommandSpec& command) {
  std::string text = fmt::format("{}\n\nUsage: {}\n", command.summary, UsageLine(command));
  if (!command.details.empty()) text += fmt::format("\n{}\n", command.details);

  text += "\nExamples\n";
  for (const ExampleSpec& example : command.examples) {
    text += fmt::format("  {}\n      {}\n", example.command, example.meaning);
  }
  constexpr std::size_t kFlagColumn = 34;
  if (!command.argument.empty()) {
    text += "\nArgument\n";
    text += TwoColumns(command.argument, 14, command.argument_description);
  }
  std::vector<std::string_view> groups;
  for (const FlagSpec& flag : command.flags) {
    if (std::find(groups.begin(), groups.end(), flag.group) == groups.end()) {
      groups.push_back(flag.group);
    }
  }
  for (const std::string_view group : groups) {
    text += fmt::format("\n{}\n", group);
    for (const FlagSpec& flag : command.flags) {
      if (flag.group == group) text += TwoColumns(FlagLabel(flag), kFlagColumn, Description(flag));
    }
  }
  if (command.name == "render") {
    text += "\nExit status\n";
    for (const ExitStatusSpec& exit : ExitStatuses()) {
      text += TwoColumns(fmt::format("{}", exit.status), 8, exit.meaning);
    }
  }
  return text;
}

std::string VersionText() {
  return fmt::format("hyperlocal {}\n", Version());
}

}  // namespace hyperlocal::cli
