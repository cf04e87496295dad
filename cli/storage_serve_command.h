#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/environment.h"

namespace hyperlocal::cli {

// `hyperlocal storage serve`: the storage emulator, until a signal comes; that is its proper end,
// with exit status 0. `get` reads the environment (where this user's state is kept).
int RunStorageServe(const CommandLine& line, CommandContext& context,
                    const GetEnvironmentVariable& get);

}  // namespace hyperlocal::cli
