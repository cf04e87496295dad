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
constexpr std::size_t kCommandColumn = 26;  // where the summaries of a list of commands stand

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

}  // namespace

std::string ArgumentsOf(const CommandSpec& command) {
  std::string text;
  for (const ArgumentSpec& argument : command.arguments) {
    if (!text.empty()) text += ' ';
    const std::string name = fmt::format("{}{}", argument.name, argument.repeated ? "..." : "");
    text += argument.required ? name : fmt::format("[{}]", name);
  }
  return text;
}

std::string UsageLine(const CommandSpec& command) {
  const std::string arguments = ArgumentsOf(command);
  return fmt::format("hyperlocal {}{}{}{}", command.name, arguments.empty() ? "" : " ", arguments,
                     command.flags.empty() ? "" : " [flags]");
}

std::string OverviewHelp() {
  std::string text =
      "hyperlocal: the distributed HyperFrames render, on one machine\n"
      "\n"
      "Usage: hyperlocal COMMAND [flags]\n"
      "\n"
      "Commands\n";
  for (const CommandSpec& command : Commands()) {
    text += TwoColumns(command.name, kCommandColumn, command.summary);
  }
  text += "\nStart here\n";
  text += TwoColumns("hyperlocal doctor", 36, "is everything there?");
  text += TwoColumns("hyperlocal render PROJECT", 36, "render it");
  text += TwoColumns("hyperlocal help render", 36, "all flags, with examples");
  text += "  hyperlocal --version              the version\n";
  text += "\nProgress goes to standard error, results to standard output.\n";
  return text;
}

std::string GroupHelp(std::string_view group) {
  std::string text = fmt::format("Usage: hyperlocal {} COMMAND [flags]\n\nCommands\n", group);
  for (const CommandSpec* command : CommandsOfGroup(group)) {
    text += TwoColumns(command->name, kCommandColumn, command->summary);
  }
  return text + fmt::format("\nhyperlocal help {} COMMAND explains one, with examples.\n", group);
}

std::string CommandHelp(const CommandSpec& command) {
  std::string text = fmt::format("{}\n\nUsage: {}\n", command.summary, UsageLine(command));
  if (!command.details.empty()) text += fmt::format("\n{}\n", command.details);

  text += "\nExamples\n";
  for (const ExampleSpec& example : command.examples) {
    text += fmt::format("  {}\n      {}\n", example.command, example.meaning);
  }
  constexpr std::size_t kFlagColumn = 34;
  if (!command.arguments.empty()) {
    text += command.arguments.size() == 1 ? "\nArgument\n" : "\nArguments\n";
    for (const ArgumentSpec& argument : command.arguments) {
      text += TwoColumns(argument.name, 14, argument.description);
    }
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
