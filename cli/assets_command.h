#pragma once

#include <functional>

#include "cli/command_context.h"
#include "cli/command_line.h"
#include "engine/composition/asset_sources.h"

namespace hyperlocal::cli {

// Where the sources come from: AssetSourcesOfUser, or a test's own.
using OpenAssetSources = std::function<AssetSources(bool fetch, const CancellationToken& cancel)>;

// `hyperlocal assets list|fetch|verify PROJECT`: what the page asks for from outside of its
// project, and where each answer comes from. Returns the exit status.
int RunAssets(const CommandLine& line, CommandContext& context, const OpenAssetSources& open);

}  // namespace hyperlocal::cli
