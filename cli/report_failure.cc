#include "cli/report_failure.h"

namespace hyperlocal::cli {

int ReportFailure(FailureReport failure, const CommandLine& line, CommandContext& context) {
  failure.verb = line.command->name;
  if (failure.signal == 0) failure.signal = context.first_signal();
  context.console.WriteErr(
      FailureText(failure, context.environment.UseColor(context.console.ErrIsTerminal())));
  if (line.Has("json")) {
    const Status ignored = context.console.WriteOut(FailureJson(failure, SchemaOf(line.command)));
    static_cast<void>(ignored);
  }
  return failure.exit_status();
}

std::string HelpOf(const CommandLine& line) {
  return "hyperlocal help " + std::string(line.command->name);
}

std::string HelpAfterUsage(const CommandLine& line, const Error& error) {
  return error.code == ErrorCode::kUsage ? HelpOf(line) : "";
}

}  // namespace hyperlocal::cli
