#pragma once

#include <memory>

#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/local_cloud.h"

namespace hyperlocal::cli {

// What the flags that `render`, `emulate` and `exec` share say of the cloud to start: --instances,
// --service-command, --workflow, --faults, --bucket, --verbose. Errors: kUsage, kNoInput and
// kInvalidJson, naming the flag.
Result<LocalCloudOptions> CloudOptionsOf(const CommandLine& line, CommandContext& context);

}  // namespace hyperlocal::cli
