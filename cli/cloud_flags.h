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

// Before the first thread: what the faults of that command line need of the process itself, a view
// of the file systems of its own (EnterDiskNamespace) for disks that are to be full. Where that
// cannot be, the cloud says so when it starts.
void PrepareForFaults(const CommandLine& line);

}  // namespace hyperlocal::cli
