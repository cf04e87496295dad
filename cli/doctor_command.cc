#include "cli/doctor_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/human_text.h"
#include "cli/report_failure.h"
#include "cli/styled_line.h"
#include "cli/version.h"

namespace hyperlocal::cli {
namespace {

struct Finding {
  std::string name;
  CheckOutcome outcome;
};

std::string Indented(std::string text, std::size_t columns) {
  text = WithoutControls(text);
  const std::string indent = "\n" + std::string(columns, ' ');
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += indent.size()) {
    text.replace(at, 1, indent);
  }
  return text;
}

std::string FindingText(const Finding& finding, std::size_t name_width, bool color, bool unicode) {
  const std::string_view good = unicode ? "✓" : "ok     ";
  const std::string_view bad = unicode ? "✗" : "missing";
  StyledLine line;
  if (finding.outcome.ok) {
    line.Add(good, Style::kGood);
  } else {
    line.Add(bad, Style::kBad);
  }
  line.Add(" ").Add(finding.name, Style::kBold);
  const std::size_t column = DisplayWidth(good) + 1 + name_width + 2;
  line.PadTo(column).Add(Indented(finding.outcome.detail, column));
  std::string text = line.Render(color) + '\n';
  if (!finding.outcome.ok && !finding.outcome.fix.empty()) {
    StyledLine fix;
    fix.PadTo(column).Add("fix: ", Style::kWarning).Add(Indented(finding.outcome.fix, column + 5));
    text += fix.Render(color) + '\n';
  }
  return text;
}

std::string DoctorJson(const std::vector<Finding>& findings, bool all_ok) {
  nlohmann::ordered_json document;
  document["schema"] = "hyperlocal.doctor/1";
  document["ok"] = all_ok;
  document["checks"] = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    nlohmann::ordered_json check;
    check["name"] = finding.name;
    check["ok"] = finding.outcome.ok;
    check["detail"] = finding.outcome.detail;
    check["fix"] = nullptr;
    if (!finding.outcome.fix.empty()) check["fix"] = finding.outcome.fix;
    document["checks"].push_back(std::move(check));
  }
  document["_meta"]["version"] = Version();
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

FailureReport Failed(Error error) {
  FailureReport failure;
  failure.error = std::move(error);
  return failure;
}

}  // namespace

int RunDoctor(const CommandLine& line, CommandContext& context,
              const std::vector<MachineCheck>& checks) {
  std::size_t name_width = 0;
  for (const MachineCheck& check : checks) name_width = std::max(name_width, check.name.size());
  const bool json = line.Has("json");
  const bool color = context.environment.UseColor(context.console.OutIsTerminal());

  std::vector<Finding> findings;
  for (const MachineCheck& check : checks) {
    findings.push_back({check.name, check.run()});
    if (context.cancel.cancelled()) {
      return ReportFailure(Failed({ErrorCode::kCancelled, "stopped"}), line, context);
    }
    if (json) continue;
    const Status written = context.console.WriteOut(
        FindingText(findings.back(), name_width, color, context.environment.utf8));
    if (!written) return ReportFailure(Failed(written.error()), line, context);
  }
  const auto missing = std::count_if(findings.begin(), findings.end(),
                                     [](const Finding& finding) { return !finding.outcome.ok; });
  const std::string end =
      json           ? DoctorJson(findings, missing == 0)
      : missing == 0 ? std::string("\nEverything that a render needs is here.\n")
                     : fmt::format("\n{} of {} missing: see the fix below each.\n", missing,
                                   Counted(static_cast<std::int64_t>(findings.size()), "check"));
  const Status written = context.console.WriteOut(end);
  if (!written) return ReportFailure(Failed(written.error()), line, context);
  return missing == 0 ? 0 : SpecOf(ErrorCode::kDependencyUnavailable).exit_status;
}

}  // namespace hyperlocal::cli
