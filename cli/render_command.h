#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// `hyperlocal render`: reads the flags, renders, shows how it goes on standard error and the result
// on standard output (the output's path, or the JSON document). Returns the exit status.
int RunRender(const CommandLine& line, CommandContext& context, const RenderFunction& render);

}  // namespace hyperlocal::cli
