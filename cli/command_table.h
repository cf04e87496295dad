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

struct CommandSpec {
  std::string_view name;
  std::string_view summary;        // one line, for the list of commands
  std::string_view argument = {};  // its one positional argument, "PROJECT"; empty: none
  std::string_view argument_description = {};
  bool argument_required = false;
  std::string_view details = {};  // a paragraph or two, for its own help
  std::vector<FlagSpec> flags;
  std::vector<ExampleSpec> examples;

  const FlagSpec* FindFlag(std::string_view name) const;
};

// The one list of what the command line takes. Parsing, help and the suggestions for mistyped names
// read it.
std::span<const CommandSpec> Commands();
const CommandSpec* FindCommand(std::string_view name);

// What each exit status means, for the help and the documentation.
struct ExitStatusSpec {
  int status;
  std::string_view meaning;
};
std::span<const ExitStatusSpec> ExitStatuses();

}  // namespace hyperlocal::cli
