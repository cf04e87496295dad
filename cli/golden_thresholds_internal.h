#pragma once

#include "cli/command_line.h"
#include "engine/error/result.h"
#include "golden/verdict.h"

namespace hyperlocal::cli {

// The thresholds that flags name, over `base`. Error: kUsage, naming the flag.
Result<golden::Thresholds> ThresholdsOf(const CommandLine& line, golden::Thresholds base);

}  // namespace hyperlocal::cli
