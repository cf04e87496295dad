#pragma once

#include <string>

#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/failure_report.h"

namespace hyperlocal::cli {

// Tells a command's failure on standard error, and with --json as a document on standard output
// too. Fills in the command's name and the signal, when there was one. Returns the exit status,
// which is the failure's own whether or not somebody could be told.
int ReportFailure(FailureReport failure, const CommandLine& line, CommandContext& context);

std::string HelpOf(const CommandLine& line);  // "hyperlocal help storage ls"
// That for who used the command wrongly; after other failures it would not help.
std::string HelpAfterUsage(const CommandLine& line, const Error& error);

}  // namespace hyperlocal::cli
