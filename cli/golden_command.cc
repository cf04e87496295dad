#include "cli/golden_command.h"

#include <string_view>

#include "cli/golden_commands_internal.h"
#include "cli/report_failure.h"

namespace hyperlocal::cli {
namespace {

Result<CommandAnswer> Run(const CommandLine& line, CommandContext& context,
                          const RenderFunction& render, const OpenAssetSources& open) {
  const std::string_view verb = line.command->name;
  if (verb == "golden compare") return CompareGolden(line, context);
  if (verb == "golden check") return CheckGolden(line, context, render);
  if (verb == "golden accept") return AcceptGolden(line, context, render, open);
  if (verb == "golden explain") return ExplainGolden(line, context, open);
  if (verb == "golden seams") return FindSeams(line, context, render);
  return TestDeterminism(line, context, render);
}

}  // namespace

int RunGolden(const CommandLine& line, CommandContext& context, const RenderFunction& render,
              const OpenAssetSources& open) {
  return TellAnswer(line, context, [&] { return Run(line, context, render, open); },
                    {.timed = true, .next_command = [&line](const Error& error) {
                       return HelpAfterUsage(line, error);
                     }});
}

}  // namespace hyperlocal::cli
