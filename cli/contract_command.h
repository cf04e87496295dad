#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// `hyperlocal contract …`: the primitives of the contract by themselves, for scripts and for other
// implementations. One answer, or with --jsonl an answer a line for an input a line, so that ten
// thousand cases run in one process. Returns the exit status.
int RunContract(const CommandLine& line, CommandContext& context);

}  // namespace hyperlocal::cli
