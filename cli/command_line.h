#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "cli/command_table.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// A command line that fits the command table: names are known, values are among the choices,
// nothing is too much.
struct CommandLine {
  const CommandSpec* command = nullptr;
  std::optional<std::string> argument;  // the positional one
  // By flag name without dashes; a switch that was given has an empty value. Given twice, the last
  // one counts.
  std::map<std::string, std::string, std::less<>> flags;

  bool Has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
  std::optional<std::string> Value(std::string_view flag) const;
};

struct VersionRequest {};
struct HelpRequest {
  const CommandSpec* command = nullptr;  // null: the list of commands
};

using Invocation = std::variant<VersionRequest, HelpRequest, CommandLine>;

// `arguments` without the program's name. Errors: kUsage, in one line that names the flag and the
// nearest valid one, or the values allowed.
Result<Invocation> ParseCommandLine(std::span<const std::string> arguments);

// Whether the caller asked for JSON, as far as that can be told from a command line that may make
// no sense.
bool AsksForJson(std::span<const std::string> arguments);

// The schema of the JSON document that the command line's verb prints: "hyperlocal.render/1".
std::string SchemaOf(std::string_view verb);

}  // namespace hyperlocal::cli
