#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// Another program that works for us: gcloud, terraform.
struct ToolCommand {
  std::vector<std::string> arguments;    // the program first, looked for in PATH
  std::filesystem::path directory = {};  // empty: ours
  std::vector<std::pair<std::string, std::string>> environment = {};  // beside our own
  bool capture = false;  // its standard output is ours to read, instead of on our standard error
  bool quiet = false;    // what it says goes nowhere
};

struct ToolOutcome {
  int status = 0;  // its exit status, or 128 + the signal that ended it
  std::string output;
};

// Runs it to its end. What it says goes to our standard error: our standard output is for our own
// answer. It gets no input. When we are cancelled it is asked to stop (SIGTERM, as a terminal's
// Ctrl-C has reached it already) and waited for: a tool that changes a cloud must be let finish
// what it cannot leave half done. Errors: kDependencyUnavailable for a program that is not there;
// kIo.
Result<ToolOutcome> RunTool(const ToolCommand& command, const CancellationToken& cancel);

// "gcloud services enable … ", as a shell takes it.
std::string ToolLine(const ToolCommand& command);

}  // namespace hyperlocal::cli
