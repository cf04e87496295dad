#pragma once

#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// `hyperlocal golden …`: compares videos, keeps baselines, and looks for seams and chance in
// renders. `render` is RenderLocally, or a test's.
int RunGolden(const CommandLine& line, CommandContext& context, const RenderFunction& render);

}  // namespace hyperlocal::cli
