#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace hyperlocal::cli {

// One flag of a command. A flag with no `value` is a switch.
struct FlagSpec {
  std::string_view name;                       // without dashes: "output"
  char short_name = 0;                         // 'o', or 0
  std::string_view value = {};                 // what stands for its value in the help: "FILE"
  std::string_view description;                // a line or two; the help breaks it
  std::string_view group;                      // heading in the help
  std::vector<std::string_view> choices = {};  // the only values allowed; empty: any
};

struct ExampleSpec {
  std::string_view command;
  std::string_view meaning;
};

// A positional argument of a command.
struct ArgumentSpec {
  std::string_view name;  // "PROJECT"
  std::string_view description;
  bool required = true;
  bool repeated = false;  // the last one of a command may stand any number of times
};

struct CommandSpec {
  std::string_view name;     // one word, or a group and a word: "contract chunk-plan"
  std::string_view summary;  // one line, for the list of commands
  std::vector<ArgumentSpec> arguments = {};
  std::string_view details = {};  // a paragraph or two, for its own help
  std::vector<FlagSpec> flags;
  std::vector<ExampleSpec> examples;

  const FlagSpec* FindFlag(std::string_view name) const;
};

// The one list of what the command line takes. Parsing, help and the suggestions for mistyped names
// read it.
std::span<const CommandSpec> Commands();
const CommandSpec* FindCommand(std::string_view name);
// The commands whose names begin with `group` and a space.
std::vector<const CommandSpec*> CommandsOfGroup(std::string_view group);

// What each exit status means, for the help and the documentation.
struct ExitStatusSpec {
  int status;
  std::string_view meaning;
};
std::span<const ExitStatusSpec> ExitStatuses();

}  // namespace hyperlocal::cli
