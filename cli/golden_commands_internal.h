#pragma once

#include <filesystem>
#include <string>

#include "cli/command_answer_internal.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "engine/error/result.h"
#include "golden/verdict.h"

namespace hyperlocal::cli {

// The verbs of `hyperlocal golden`, one a source.
Result<CommandAnswer> CompareGolden(const CommandLine& line, CommandContext& context);
Result<CommandAnswer> CheckGolden(const CommandLine& line, CommandContext& context,
                                  const RenderFunction& render);
Result<CommandAnswer> AcceptGolden(const CommandLine& line, CommandContext& context,
                                   const RenderFunction& render);
Result<CommandAnswer> FindSeams(const CommandLine& line, CommandContext& context,
                                const RenderFunction& render);
Result<CommandAnswer> TestDeterminism(const CommandLine& line, CommandContext& context,
                                      const RenderFunction& render);

inline constexpr int kUndecidedStatus = 3;
// 0, 1 for a negative verdict, 3 for one that cannot be given.
int StatusOf(golden::Outcome outcome);

}  // namespace hyperlocal::cli
