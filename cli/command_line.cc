#include "cli/command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

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
    } else if (command.argument.empty()) {
      return Usage(fmt::format("{} takes no argument, but got '{}'", command.name, extra));
    } else if (line.argument) {
      return Usage(fmt::format("{} takes one {}, but got '{}' and '{}'", command.name,
                               command.argument, *line.argument, extra));
    } else {
      line.argument = extra;
    }
  }
  for (const Slot& slot : slots) {
    if (slot.option->count() == 0 || slot.flag->value.empty()) continue;
    if (slot.value.empty()) return MissingValue(*slot.flag);
    HYPERLOCAL_TRY_STATUS(CheckChoice(*slot.flag, slot.value));
  }
  if (command.argument_required && (!line.argument || line.argument->empty())) {
    return Usage(fmt::format("{} needs a {}: hyperlocal {} {}", command.name, command.argument,
                             command.name, command.argument));
  }
  return Invocation{std::move(line)};
}

Error UnknownCommand(std::string_view given) {
  std::vector<std::string> names;
  for (const CommandSpec& command : Commands()) names.emplace_back(command.name);
  std::string hint = DidYouMean(given, names);
  if (hint.empty()) hint = fmt::format("; the commands are {}", fmt::join(names, ", "));
  return Usage(fmt::format("unknown command '{}'{}", given, hint));
}

Result<Invocation> HelpFor(const CommandLine& line) {
  if (!line.argument) return Invocation{HelpRequest{}};
  const CommandSpec* command = FindCommand(*line.argument);
  if (command == nullptr) return UnknownCommand(*line.argument);
  return Invocation{HelpRequest{command}};
}

}  // namespace

std::optional<std::string> CommandLine::Value(std::string_view flag) const {
  const auto found = flags.find(flag);
  if (found == flags.end()) return std::nullopt;
  return found->second;
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
  const CommandSpec* command = FindCommand(first);
  if (command == nullptr) return UnknownCommand(first);
  HYPERLOCAL_TRY(Invocation invocation,
                 ParseCommand(*command, {arguments.begin() + 1, arguments.end()}));
  const auto* line = std::get_if<CommandLine>(&invocation);
  if (line != nullptr && line->command->name == "help") return HelpFor(*line);
  return invocation;
}

bool AsksForJson(std::span<const std::string> arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "--json" || argument.starts_with("--json=")) return true;
  }
  return false;
}

std::string SchemaOf(std::string_view verb) {
  return FindCommand(verb) == nullptr ? "hyperlocal/1" : fmt::format("hyperlocal.{}/1", verb);
}

}  // namespace hyperlocal::cli
