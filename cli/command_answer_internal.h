#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/failure_report.h"

namespace hyperlocal::cli {

// What a command has to say when it is over: text for people, members of a document for programs,
// and what it came to.
struct CommandAnswer {
  std::string text;
  nlohmann::ordered_json members = {};
  int exit_status = 0;
};

struct AnswerOptions {
  bool timed = false;                                     // `durationMs` in the document
  std::function<std::string(const Error&)> next_command;  // to try after a failure
};

// Runs `command` and tells its answer on standard output: the text, or with --json one document. A
// failure is reported. Returns the exit status, which --json does not change.
int TellAnswer(const CommandLine& line, CommandContext& context,
               const std::function<Result<CommandAnswer>()>& command, const AnswerOptions& options);

}  // namespace hyperlocal::cli
