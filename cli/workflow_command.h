#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// `hyperlocal workflow check|run|test|graph`: a Cloud Workflows definition on this machine. Returns
// the exit status: 65 for a definition that would not be deployed, 1 for a run or a case that
// failed.
int RunWorkflow(const CommandLine& line, CommandContext& context);

}  // namespace hyperlocal::cli
