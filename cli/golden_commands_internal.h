#pragma once

#include <filesystem>
#include <string>

#include "cli/assets_command.h"
#include "cli/command_answer_internal.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/golden_fixture.h"
#include "engine/error/result.h"
#include "golden/verdict.h"

namespace hyperlocal::cli {

// The verbs of `hyperlocal golden`, one a source.
Result<CommandAnswer> CompareGolden(const CommandLine& line, CommandContext& context);
Result<CommandAnswer> CheckGolden(const CommandLine& line, CommandContext& context,
                                  const RenderFunction& render);
Result<CommandAnswer> AcceptGolden(const CommandLine& line, CommandContext& context,
                                   const RenderFunction& render, const OpenAssetSources& open);
Result<CommandAnswer> ExplainGolden(const CommandLine& line, CommandContext& context,
                                    const OpenAssetSources& open);
Result<CommandAnswer> FindSeams(const CommandLine& line, CommandContext& context,
                                const RenderFunction& render);
Result<CommandAnswer> TestDeterminism(const CommandLine& line, CommandContext& context,
                                      const RenderFunction& render);

inline constexpr const char* kDefaultFixtures = "golden/fixtures";

// What a fixture renders to now.
struct RenderedFixture {
  std::filesystem::path video;  // or directory
  GoldenFixture::Baseline record;
};
// By one worker, into `directory`. `ingredients` are those of this machine.
Result<RenderedFixture> RenderFixture(const GoldenFixture& fixture,
                                      const std::filesystem::path& directory,
                                      GoldenIngredients ingredients, const RenderFunction& render,
                                      const CancellationToken& cancel);

inline constexpr int kUndecidedStatus = 3;
// 0, 1 for a negative verdict, 3 for one that cannot be given.
int StatusOf(golden::Outcome outcome);

}  // namespace hyperlocal::cli
