#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/cloudrun_clients.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/environment.h"

namespace hyperlocal::cli {

// What the cloud verbs need of the world besides the context. Tests put theirs in.
struct CloudRunWorld {
  OpenClients open = OpenCloudClients;
  GetEnvironmentVariable environment = GetProcessVariable;
  // A line from whoever sits at the terminal, without its line feed; nothing: there is nobody, or
  // no more input.
  std::function<std::optional<std::string>()> ask;
};

// `cloudrun deploy | sites | render | render-batch | progress | list | cancel | download |
// destroy`. Returns the exit status.
int RunCloudRun(const CommandLine& line, CommandContext& context, const CloudRunWorld& world);
// With the real world.
int RunCloudRun(const CommandLine& line, CommandContext& context);

}  // namespace hyperlocal::cli
