#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/cloud_environment.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// A program that runs in our place: with our standard input and output, in our process group, so
// that a terminal's keys reach it as if it had been started by itself.
struct ChildCommand {
  std::vector<std::string> arguments;  // the program first, looked for in PATH
  CloudEnvironment environment;        // beside, or instead of, our own variables of these names
};

// Runs it to its end and answers as a shell does: its exit status, or 128 + the signal that ended
// it. When we are asked to stop, it is asked too, by the same signal (not by a SIGINT that the
// terminal has sent to both), and killed ten seconds later. It dies with us. Errors: kNoInput for a
// program that is not there, kPermission for one that cannot be run, kDependencyUnavailable when
// there can be no further process.
Result<int> RunChild(const ChildCommand& command, const CancellationToken& cancel,
                     const std::function<int()>& first_signal);

}  // namespace hyperlocal::cli
