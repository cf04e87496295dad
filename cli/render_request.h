#pragma once

#include <filesystem>

#include "cli/command_line.h"
#include "cli/local_render.h"
#include "cli/progress_view.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// What `hyperlocal render` was asked for, checked as far as that can be done without looking into
// the project.
struct RenderRequest {
  LocalRenderOptions options;
  std::filesystem::path profile;  // where to write a timeline; empty: nowhere
  bool json = false;
  LogLevel log_level = LogLevel::kInfo;
};

// `working_directory` is where the output goes when no --output names it. Errors: kUsage, naming
// the flag; kNoInput, kIo and kInvalidJson for the file of --variables-file. What a value may be is
// decided by ValidateRenderConfig, not here.
Result<RenderRequest> ReadRenderRequest(const CommandLine& line,
                                        const std::filesystem::path& working_directory);

}  // namespace hyperlocal::cli
