#include "cli/command_table.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

CommandSpec DoctorSpec() {
  return {
      .name = "doctor",
      .summary = "Check what this machine lacks for rendering, and say how to mend it",
      .details =
          "Tries each thing that a render needs: starts Chrome, encodes a frame, writes a\n"
          "file. Exit status 0 when all of it is there, else 69.",
      .flags = {JsonFlag("Print one JSON document on standard output"), HelpFlag()},
      .examples =
          {
              {"hyperlocal doctor", "what works, what is missing, and the fix"},
              {"hyperlocal doctor --json", "the same for another program"},
              {"hyperlocal doctor && hyperlocal render my-film", "render only if all is there"},
          },
  };
}

CommandSpec HelpSpec() {
  return {
      .name = "help",
      .summary = "Show the help of a command",
      .arguments = {{.name = "COMMAND",
                     .description = "The command to explain (default: the list of commands)",
                     .required = false,
                     .repeated = true}},
      .flags = {HelpFlag()},
      .examples =
          {
              {"hyperlocal help", "the commands"},
              {"hyperlocal help render", "all flags of render"},
              {"hyperlocal render --help", "the same"},
          },
  };
}

}  // namespace

const FlagSpec* CommandSpec::FindFlag(std::string_view flag_name) const {
  const auto found = std::find_if(flags.begin(), flags.end(),
                                  [&](const FlagSpec& flag) { return flag.name == flag_name; });
  return found == flags.end() ? nullptr : &*found;
}

FlagSpec HelpFlag() {
  return {.name = "help", .short_name = 'h', .description = "Show this help", .group = "Other"};
}

FlagSpec JsonFlag(std::string_view description) {
  return {.name = "json", .description = description, .group = "Reports"};
}

std::span<const CommandSpec> Commands() {
  static const std::vector<CommandSpec> commands = [] {
    std::vector<CommandSpec> all = RenderCommandSpecs();
    const auto append = [&all](std::vector<CommandSpec> part) {
      std::move(part.begin(), part.end(), std::back_inserter(all));
    };
    append(AssetsCommandSpecs());
    append(CloudCommandSpecs());
    append(CloudRunCommandSpecs());
    append(GoldenCommandSpecs());
    append(WorkflowCommandSpecs());
    append(ServeCommandSpecs());
    append(StorageCommandSpecs());
    append({DoctorSpec()});
    append(ContractCommandSpecs());
    append({HelpSpec()});
    return all;
  }();
  return commands;
}

const CommandSpec* FindCommand(std::string_view name) {
  for (const CommandSpec& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<const CommandSpec*> CommandsOfGroup(std::string_view group) {
  std::vector<const CommandSpec*> found;
  for (const CommandSpec& command : Commands()) {
    if (command.name.size() > group.size() && command.name.starts_with(group) &&
        command.name[group.size()] == ' ') {
      found.push_back(&command);
    }
  }
  return found;
}

std::span<const ExitStatusSpec> ExitStatuses() {
  static constexpr std::array kStatuses{
      ExitStatusSpec{0, "done"},
      ExitStatusSpec{1, "it ran, and the verdict is negative"},
      ExitStatusSpec{3, "it ran, and cannot be decided: there is nothing to compare with"},
      ExitStatusSpec{64, "the command line makes no sense"},
      ExitStatusSpec{65, "the composition, a setting or a workflow is wrong"},
      ExitStatusSpec{66, "the project, a named file or an object does not exist"},
      ExitStatusSpec{69, "something this machine lacks: Chrome, a library"},
      ExitStatusSpec{70, "a bug of ours, or an answer we did not understand"},
      ExitStatusSpec{73, "the output cannot be created"},
      ExitStatusSpec{74, "reading or writing failed midway, a full disk among it"},
      ExitStatusSpec{75, "it failed in a way that may pass; retries are used up"},
      ExitStatusSpec{77, "permission denied"},
      ExitStatusSpec{124, "timed out"},
      ExitStatusSpec{129, "stopped by SIGHUP"},
      ExitStatusSpec{130, "stopped by Ctrl-C (SIGINT)"},
      ExitStatusSpec{143, "stopped by SIGTERM"},
  };
  return kStatuses;
}

}  // namespace hyperlocal::cli
