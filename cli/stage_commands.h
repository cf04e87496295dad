#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// The stages of a render by themselves, for scripts and for other implementations: each reads
// and writes the files of the contract, prints where its result lies (or a JSON document), and
// returns the exit status.
int RunPlan(const CommandLine& line, CommandContext& context);         // hyperlocal plan
int RunRenderChunk(const CommandLine& line, CommandContext& context);  // hyperlocal render-chunk
int RunAssemble(const CommandLine& line, CommandContext& context);     // hyperlocal assemble

}  // namespace hyperlocal::cli
