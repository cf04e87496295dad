#pragma once

#include "cli/assets_command.h"
#include "cli/command_context.h"
#include "cli/command_line.h"

namespace hyperlocal::cli {

// `hyperlocal golden …`: compares videos, keeps baselines, explains what changed them, and looks
// for seams and chance in renders. `render` is RenderLocally, or a test's; `open` says where plans
// take outside assets from.
int RunGolden(const CommandLine& line, CommandContext& context, const RenderFunction& render,
              const OpenAssetSources& open);

}  // namespace hyperlocal::cli
