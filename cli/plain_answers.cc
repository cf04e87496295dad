#include "cli/plain_answers.h"

#include "cli/failure_report.h"
#include "cli/help_text.h"

namespace hyperlocal::cli {
namespace {

int Fail(FailureReport failure, bool json, const CommandSpec* command, Console& console,
         const Environment& environment) {
  console.WriteErr(FailureText(failure, environment.UseColor(console.ErrIsTerminal())));
  if (json) {
    // The failure's own status stays, whether or not somebody could be told in JSON.
    const Status ignored = console.WriteOut(FailureJson(failure, SchemaOf(command)));
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
  return Fail(std::move(failure), false, nullptr, console, environment);
}

}  // namespace

PlainAnswer AnswerPlainly(std::span<const std::string> arguments, Console& console,
                          const Environment& environment) {
  auto invocation = ParseCommandLine(arguments);
  if (!invocation) {
    const CommandSpec* command = CommandOf(arguments);
    FailureReport failure;
    failure.error = invocation.error();
    failure.next_command = "hyperlocal help";
    if (command != nullptr) {
      failure.verb = command->name;
      failure.next_command += " " + failure.verb;
    } else if (!arguments.empty()) {
      failure.verb = arguments.front();
      if (!CommandsOfGroup(arguments.front()).empty()) failure.next_command += " " + failure.verb;
    }
    return {Fail(std::move(failure), AsksForJson(arguments), command, console, environment), {}};
  }
  if (std::holds_alternative<VersionRequest>(*invocation)) {
    return {Print(VersionText(), console, environment), {}};
  }
  if (const auto* help = std::get_if<HelpRequest>(&*invocation)) {
    const std::string text = help->command != nullptr ? CommandHelp(*help->command)
                             : help->group.empty()    ? OverviewHelp()
                                                      : GroupHelp(help->group);
    return {Print(text, console, environment), {}};
  }
  return {std::nullopt, std::get<CommandLine>(*std::move(invocation))};
}

}  // namespace hyperlocal::cli
