#pragma once

#include <filesystem>
#include <functional>

#include "cli/console.h"
#include "cli/environment.h"
#include "cli/local_render.h"
#include "cli/render_monitor.h"
#include "engine/cancellation.h"

namespace hyperlocal::cli {

using RenderFunction = std::function<Result<LocalRenderResult>(
    const LocalRenderOptions&, RenderObserver&, const CancellationToken&)>;

// The world as a command sees it. main fills it with the real one, tests with theirs.
struct CommandContext {
  Console& console;
  Environment environment;
  Clock clock;
  CancellationToken cancel;
  std::function<int()> first_signal;  // the signal that asked us to stop, or 0
  std::filesystem::path working_directory;
};

}  // namespace hyperlocal::cli
