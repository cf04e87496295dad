#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

struct CheckOutcome {
  bool ok = false;
  std::string detail;  // what was found, or what is wrong
  std::string fix;     // what to do about it; empty when ok
};

// One thing that a render needs, and how to find out whether it is here.
struct MachineCheck {
  std::string name;
  std::function<CheckOutcome()> run;
};

// `hyperlocal doctor`: runs the checks in order and prints them on standard output. Returns the
// exit status: 0, or that of kDependencyUnavailable when something is missing.
int RunDoctor(const CommandLine& line, CommandContext& context,
              const std::vector<MachineCheck>& checks);

}  // namespace hyperlocal::cli
