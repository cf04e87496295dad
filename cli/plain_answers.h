#pragma once

#include <optional>
#include <span>
#include <string>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/environment.h"

namespace hyperlocal::cli {

// What can be answered from the command table alone: --version, help, and what is wrong with a
// command line. Returns the exit status, or the command line that is left to run.
struct PlainAnswer {
  std::optional<int> exit_status;
  CommandLine line;  // when there is no exit status
};
PlainAnswer AnswerPlainly(std::span<const std::string> arguments, Console& console,
                          const Environment& environment);

}  // namespace hyperlocal::cli
