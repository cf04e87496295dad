#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/command_table.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// A command line that fits the command table: names are known, values are among the choices,
// nothing is too much.
struct CommandLine {
  const CommandSpec* command = nullptr;
  std::vector<std::string> arguments;  // the positional ones
  // By flag name without dashes; a switch that was given has an empty value. Given twice, the last
  // one counts.
  std::map<std::string, std::string, std::less<>> flags;

  bool Has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
  std::optional<std::string> Value(std::string_view flag) const;
  // The flag's value as a whole number. Error: kUsage.
  Result<std::optional<int>> WholeNumber(std::string_view flag) const;
};

struct VersionRequest {};
struct HelpRequest {
  const CommandSpec* command = nullptr;  // null: the list of commands
  std::string group = {};                // of this group only; empty: all
};

using Invocation = std::variant<VersionRequest, HelpRequest, CommandLine>;

// `arguments` without the program's name. Errors: kUsage, in one line that names the flag and the
// nearest valid one, or the values allowed.
Result<Invocation> ParseCommandLine(std::span<const std::string> arguments);

// Whether the caller asked for JSON, as far as that can be told from a command line that may make
// no sense.
bool AsksForJson(std::span<const std::string> arguments);

// The command that the arguments name, whether or not the rest of them makes sense; null: none.
const CommandSpec* CommandOf(std::span<const std::string> arguments);

// The schema of the JSON document that a command prints: "hyperlocal.render/1",
// "hyperlocal.contract.chunk-plan/1".
std::string SchemaOf(const CommandSpec* command);

}  // namespace hyperlocal::cli
