#include "cli/failure_report.h"

#include <fmt/format.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "cli/human_text.h"
#include "cli/styled_line.h"
#include "cli/version.h"

namespace hyperlocal::cli {
namespace {

bool WasStopped(const FailureReport& failure) {
  return failure.error.code == ErrorCode::kCancelled;
}

std::string SignalName(int signal) {
  switch (signal) {
    case SIGINT:
      return "Ctrl-C (SIGINT)";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "request";
  }
}

// "render failed in stage chunks, chunk 2, attempt 1"
std::string Headline(const FailureReport& failure) {
  std::string text = failure.verb + " failed";
  if (failure.stage) text += " in stage " + *failure.stage;
  if (failure.chunk) text += fmt::format(", chunk {}", *failure.chunk);
  if (failure.attempt) text += fmt::format(", attempt {}", *failure.attempt);
  return text;
}

}  // namespace

int FailureReport::exit_status() const {
  if (error.code == ErrorCode::kCancelled && signal != 0) return 128 + signal;
  return error.spec().exit_status;
}

std::string FailureText(const FailureReport& failure, bool color) {
  StyledLine head;
  head.Add("hyperlocal: ", Style::kBad);
  if (failure.error.code == ErrorCode::kUsage) {
    head.Add(WithoutControls(failure.error.message));
    return head.Render(color) + '\n';
  }
  if (WasStopped(failure)) {
    head.Add(fmt::format("{} stopped by {}; nothing was written", failure.verb,
                         SignalName(failure.signal)));
    return head.Render(color) + '\n';
  }
  head.Add(Headline(failure), Style::kBold);
  std::string text = head.Render(color) + '\n';

  std::string message = WithoutControls(failure.error.message);
  while (message.ends_with('\n')) message.pop_back();
  for (std::size_t at = 0; (at = message.find('\n', at)) != std::string::npos; at += 5) {
    message.replace(at, 1, "\n    ");
  }
  StyledLine cause;
  cause.Add("  ").Add(failure.error.spec().wire, Style::kBold).Add(": ").Add(message);
  text += cause.Render(color) + '\n';

  if (!failure.next_command.empty()) {
    StyledLine next;
    next.Add("  next: ", Style::kDim).Add(failure.next_command);
    text += next.Render(color) + '\n';
  }
  return text;
}

std::string FailureJson(const FailureReport& failure, std::string_view schema) {
  nlohmann::ordered_json error;
  error["code"] = failure.error.spec().wire;
  error["message"] = failure.error.message;
  error["exitStatus"] = failure.exit_status();
  error["retryable"] = failure.error.spec().retryable;
  error["nextCommand"] = nullptr;
  if (!failure.next_command.empty()) error["nextCommand"] = failure.next_command;
  if (failure.stage) error["stage"] = *failure.stage;
  if (failure.chunk) error["chunkIndex"] = *failure.chunk;
  if (failure.attempt) error["attempt"] = *failure.attempt;

  nlohmann::ordered_json document;
  document["schema"] = schema;
  document["status"] = WasStopped(failure) ? "cancelled" : "failed";
  document["error"] = std::move(error);
  document["_meta"]["version"] = Version();
  // Messages quote files and Chrome; bytes that are no UTF-8 become U+FFFD.
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace hyperlocal::cli
