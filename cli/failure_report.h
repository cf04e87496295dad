#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/error/error.h"

namespace hyperlocal::cli {

// What somebody needs to know who sees a command fail: what failed where, why, and what to do now.
struct FailureReport {
  Error error;
  std::string verb;                  // "render"
  std::optional<std::string> stage;  // "chunks", when it is known
  std::optional<int> chunk;
  std::optional<int> attempt;
  int signal = 0;            // the signal that asked us to stop, or 0
  std::string next_command;  // the next command to try; empty: none is known

  // The error table's, or 128 + signal for something that was asked to stop.
  int exit_status() const;
};

// For standard error, ending in a line feed. Usage errors are one line.
std::string FailureText(const FailureReport& failure, bool color);

// {"schema":…,"status":…,"error":{code,message,exitStatus,retryable,nextCommand,…},"_meta":{…}} and
// a line feed.
std::string FailureJson(const FailureReport& failure, std::string_view schema);

}  // namespace hyperlocal::cli
