#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/gcp/sdk/progress.h"
#include "cli/cloudrun_command.h"
#include "cli/cloudrun_stack.h"
#include "cli/command_answer_internal.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// One verb each; what goes on meanwhile is told on standard error.
Result<CommandAnswer> DeployStack(const CommandLine&, CommandContext&, const CloudRunWorld&);
Result<CommandAnswer> DestroyStack(const CommandLine&, CommandContext&, const CloudRunWorld&);
Result<CommandAnswer> CreateSite(const CommandLine&, CommandContext&, const CloudRunWorld&);
Result<CommandAnswer> StartRender(const CommandLine&, CommandContext&, const CloudRunWorld&);
Result<CommandAnswer> RenderBatch(const CommandLine&, CommandContext&, const CloudRunWorld&);
Result<CommandAnswer> TellProgress(const CommandLine&, CommandContext&, const CloudRunWorld&);

// A line of notice on standard error.
void Say(CommandContext& context, std::string_view text);

// What the render's execution failed with, as an error of ours: by the name that the service gave
// it, or, of a name that we do not know, kInternal.
Error ErrorOfRender(const CloudRenderProgress& progress);

// Asks until the render is over, and shows its progress as `hyperlocal render` does. Error:
// kCancelled when we are asked to stop: the render goes on. Others: those of GetRenderProgress.
Result<CloudRenderProgress> WaitForRender(CloudClients& clients, const CloudRunStack& stack,
                                          const std::string& execution_name,
                                          std::chrono::milliseconds interval, bool show,
                                          CommandContext& context);

// --wait-interval-ms. Error: kUsage.
Result<std::chrono::milliseconds> WaitInterval(const CommandLine& line);

}  // namespace hyperlocal::cli
