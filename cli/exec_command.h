#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// `hyperlocal exec -- COMMAND…`: the whole cloud for the time of one command. Returns the command's
// status.
int RunExec(const CommandLine& line, CommandContext& context);

}  // namespace hyperlocal::cli
