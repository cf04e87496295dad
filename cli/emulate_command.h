#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// `hyperlocal emulate`: the whole cloud on ports of this machine, until it is asked to stop.
int RunEmulate(const CommandLine& line, CommandContext& context, const GetEnvironmentVariable& get);

// `hyperlocal env`: how clients find the emulators that are running.
int RunEnv(const CommandLine& line, CommandContext& context, const GetEnvironmentVariable& get);

}  // namespace hyperlocal::cli
