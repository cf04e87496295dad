#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/help_text.h"
#include "cli/nearest_name.h"

namespace hyperlocal::cli {
namespace {

Error Usage(std::string message) {
  return Error{ErrorCode::kUsage, std::move(message)};
}

std::string WithDashes(const FlagSpec& flag) {
  return "--" + std::string(flag.name);
}

std::string DidYouMean(std::string_view wrong, std::span<const std::string> candidates) {
  const std::optional<std::string> nearest = NearestName(wrong, candidates);
  return nearest ? fmt::format("; did you mean {}?", *nearest) : "";
}

Error UnknownFlag(const CommandSpec& command, std::string_view given) {
  const std::string_view name = given.substr(0, given.find('='));
  std::vector<std::string> known;
  for (const FlagSpec& flag : command.flags) known.push_back(WithDashes(flag));
  std::string hint = DidYouMean(name, known);
  if (hint.empty()) hint = fmt::format("; see hyperlocal help {}", command.name);
  return Usage(fmt::format("{} has no flag {}{}", command.name, name, hint));
}

Error MissingValue(const FlagSpec& flag) {
  if (flag.choices.empty()) {
    return Usage(
        fmt::format("{} needs a value: {} {}", WithDashes(flag), WithDashes(flag), flag.value));
  }
  return Usage(
      fmt::format("{} needs a value: one of {}", WithDashes(flag), fmt::join(flag.choices, ", ")));
}

// What CLI11 holds while it parses one command.
struct Slot {
  const FlagSpec* flag = nullptr;
  std::string value;
  CLI::Option* option = nullptr;
};

Result<Done> CheckChoice(const FlagSpec& flag, const std::string& value) {
  if (flag.choices.empty()) return Ok();
  if (std::find(flag.choices.begin(), flag.choices.end(), value) != flag.choices.end()) return Ok();
  const std::vector<std::string> choices(flag.choices.begin(), flag.choices.end());
  return Usage(fmt::format("{} takes one of {}, not '{}'{}", WithDashes(flag),
                           fmt::join(choices, ", "), value, DidYouMean(value, choices)));
}

// CLI11 names the option first in its messages: "--crf: 1 required TEXT missing", "json was given a
// …".
const FlagSpec* FlagOfMessage(const CommandSpec& command, std::string_view message) {
  std::string_view name = message.substr(0, message.find_first_of(": "));
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  return command.FindFlag(name);
}

Error ParseFailure(const CommandSpec& command, const CLI::ParseError& failure) {
  const FlagSpec* flag = FlagOfMessage(command, failure.what());
  if (flag == nullptr) return Usage(fmt::format("{}: {}", command.name, failure.what()));
  if (flag->value.empty()) return Usage(WithDashes(*flag) + " is a switch and takes no value");
  return MissingValue(*flag);
}

// Too few, too many, or an empty one.
Status CheckArguments(const CommandSpec& command, const std::vector<std::string>& given) {
  const auto& wanted = command.arguments;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool there = i < given.size() && !given[i].empty();
    if (wanted[i].required && !there) {
      return Usage(
          fmt::format("{} needs a {}: {}", command.name, wanted[i].name, UsageLine(command)));
    }
  }
  if (given.size() <= wanted.size() || (!wanted.empty() && wanted.back().repeated)) return Ok();
  if (wanted.empty()) {
    return Usage(fmt::format("{} takes no argument, but got '{}'", command.name, given.front()));
  }
  return Usage(fmt::format("{} takes {} and no more, but got '{}' as well", command.name,
                           ArgumentsOf(command), given[wanted.size()]));
}

Result<Invocation> ParseCommand(const CommandSpec& command, std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<Slot> slots(command.flags.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    slot.flag = &command.flags[i];
    std::string names = WithDashes(*slot.flag);
    if (slot.flag->short_name != 0) names = fmt::format("-{},{}", slot.flag->short_name, names);
    if (slot.flag->value.empty()) {
      slot.option = app.add_flag(names);
      slot.option->disable_flag_override();
    } else {
      slot.option = app.add_option(names, slot.value);
      slot.option->take_last();
    }
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them last first
    app.parse(arguments);
  } catch (const CLI::ParseError& failure) {
    return ParseFailure(command, failure);
  }

  CommandLine line;
  line.command = &command;
  for (const Slot& slot : slots) {
    if (slot.option->count() == 0) continue;
    line.flags[std::string(slot.flag->name)] = slot.value;
  }
  if (line.Has("help")) return Invocation{HelpRequest{&command}};

  bool only_arguments = false;  // after "--"
  for (const std::string& extra : app.remaining()) {
    if (extra == "--" && !only_arguments) {
      only_arguments = true;
    } else if (!only_arguments && extra.size() > 1 && extra.front() == '-') {
      return UnknownFlag(command, extra);
    } else {
      line.arguments.push_back(extra);
    }
  }
  for (const Slot& slot : slots) {
    if (slot.option->count() == 0 || slot.flag->value.empty()) continue;
    if (slot.value.empty()) return MissingValue(*slot.flag);
    HYPERLOCAL_TRY_STATUS(CheckChoice(*slot.flag, slot.value));
  }
  HYPERLOCAL_TRY_STATUS(CheckArguments(command, line.arguments));
  return Invocation{std::move(line)};
}

// The command that the words name, and how many of them do. A group's name alone names none.
std::pair<const CommandSpec*, std::size_t> CommandAt(std::span<const std::string> words) {
  if (words.size() > 1) {
    const CommandSpec* command = FindCommand(words[0] + " " + words[1]);
    if (command != nullptr) return {command, 2};
  }
  return {words.empty() ? nullptr : FindCommand(words[0]), 1};
}

Error UnknownCommand(std::span<const std::string> words) {
  const auto group = CommandsOfGroup(words[0]);
  std::vector<std::string> names;
  if (group.empty()) {
    for (const CommandSpec& command : Commands()) {
      const std::string name(command.name.substr(0, command.name.find(' ')));
      if (names.empty() || names.back() != name) names.push_back(name);
    }
  } else {
    for (const CommandSpec* command : group) {
      names.emplace_back(command->name.substr(words[0].size() + 1));
    }
    if (words.size() == 1 || words[1].starts_with('-')) {
      return Usage(fmt::format("{} needs one of {}", words[0], fmt::join(names, ", ")));
    }
  }
  const std::string& wrong = group.empty() ? words[0] : words[1];
  std::string hint = DidYouMean(wrong, names);
  if (hint.empty()) {
    hint = group.empty() ? fmt::format("; the commands are {}", fmt::join(names, ", "))
                         : fmt::format("; {} has {}", words[0], fmt::join(names, ", "));
  }
  return Usage(
      fmt::format("unknown command '{}'{}", group.empty() ? wrong : words[0] + " " + wrong, hint));
}

Result<Invocation> HelpFor(const std::vector<std::string>& words) {
  if (words.empty()) return Invocation{HelpRequest{}};
  const auto [command, used] = CommandAt(words);
  if (command != nullptr) return Invocation{HelpRequest{command}};
  if (words.size() == 1 && !CommandsOfGroup(words[0]).empty()) {
    return Invocation{HelpRequest{nullptr, words[0]}};
  }
  return UnknownCommand(words);
}

}  // namespace

std::optional<std::string> CommandLine::Value(std::string_view flag) const {
  const auto found = flags.find(flag);
  if (found == flags.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<int>> CommandLine::WholeNumber(std::string_view flag) const {
  const std::optional<std::string> text = Value(flag);
  if (!text) return std::optional<int>();
  int number = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, failure] = std::from_chars(text->data(), end, number);
  if (failure != std::errc() || stopped != end) {
    return Usage(fmt::format("--{} needs a whole number, not '{}'", flag, *text));
  }
  return std::optional<int>(number);
}

Result<Invocation> ParseCommandLine(std::span<const std::string> arguments) {
  if (arguments.empty()) return Usage("no command given; see hyperlocal help");
  const std::string& first = arguments.front();
  if (first == "--version" || first == "-V") return Invocation{VersionRequest{}};
  if (first == "--help" || first == "-h") return Invocation{HelpRequest{}};
  if (first.starts_with('-')) {
    const std::vector<std::string> known{"--version", "--help"};
    std::string hint = DidYouMean(first, known);
    if (hint.empty()) hint = "; flags of a command come after its name (see hyperlocal help)";
    return Usage(fmt::format("hyperlocal has no flag {}{}", first, hint));
  }
  const auto [command, used] = CommandAt(arguments);
  if (command == nullptr) {
    const auto is_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
    if (!CommandsOfGroup(first).empty() && arguments.size() == 2 && is_help(arguments[1])) {
      return Invocation{HelpRequest{nullptr, first}};
    }
    return UnknownCommand(arguments);
  }
  HYPERLOCAL_TRY(Invocation invocation,
                 ParseCommand(*command, {arguments.begin() + static_cast<std::ptrdiff_t>(used),
                                         arguments.end()}));
  const auto* line = std::get_if<CommandLine>(&invocation);
  if (line != nullptr && line->command->name == "help") return HelpFor(line->arguments);
  return invocation;
}

bool AsksForJson(std::span<const std::string> arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "--json" || argument.starts_with("--json=")) return true;
  }
  return false;
}

std::string SchemaOf(const CommandSpec* command) {
  if (command == nullptr) return "hyperlocal/1";
  std::string name(command->name);
  std::replace(name.begin(), name.end(), ' ', '.');
  return fmt::format("hyperlocal.{}/1", name);
}

const CommandSpec* CommandOf(std::span<const std::string> arguments) {
  return CommandAt(arguments).first;
}

}  // namespace hyperlocal::cli
