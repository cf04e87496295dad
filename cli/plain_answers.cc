#include "cli/plain_answers.h"

#include "cli/failure_report.h"
#include "cli/help_text.h"

namespace hyperlocal::cli {
namespace {

int Fail(FailureReport failure, bool json, std::string_view verb, Console& console,
         const Environment& environment) {
  console.WriteErr(FailureText(failure, environment.UseColor(console.ErrIsTerminal())));
  if (json) {
    // The failure's own status stays, whether or not somebody could be told in JSON.
    const Status ignored = console.WriteOut(FailureJson(failure, SchemaOf(verb)));
    static_cast<void>(ignored);
  }
  return failure.exit_status();
}

int Print(const std::string& text, Console& console, const Environment& environment) {
  const Status written = console.WriteOut(text);
  if (written) return 0;
  FailureReport failure;
  failure.error = written.error();
  failure.verb = "help";
  return Fail(std::move(failure), false, "", console, environment);
}

}  // namespace

PlainAnswer AnswerPlainly(std::span<const std::string> arguments, Console& console,
                          const Environment& environment) {
  auto invocation = ParseCommandLine(arguments);
  if (!invocation) {
    const std::string verb = arguments.empty() ? "" : arguments.front();
    FailureReport failure;
    failure.error = invocation.error();
    failure.verb = verb;
    const CommandSpec* command = FindCommand(verb);
    failure.next_command =
        command == nullptr ? "hyperlocal help" : "hyperlocal help " + std::string(command->name);
    return {Fail(std::move(failure), AsksForJson(arguments), verb, console, environment), {}};
  }
  if (std::holds_alternative<VersionRequest>(*invocation)) {
    return {Print(VersionText(), console, environment), {}};
  }
  if (const auto* help = std::get_if<HelpRequest>(&*invocation)) {
    const std::string text =
        help->command == nullptr ? OverviewHelp() : CommandHelp(*help->command);
    return {Print(text, console, environment), {}};
  }
  return {std::nullopt, std::get<CommandLine>(*std::move(invocation))};
}

}  // namespace hyperlocal::cli
