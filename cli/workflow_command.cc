#include "cli/workflow_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/command_answer_internal.h"
#include "cli/human_text.h"
#include "cli/report_failure.h"
#include "cli/workflow_run.h"
#include "engine/file/whole_file.h"
#include "engine/http/threaded_http_caller.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "orchestrator/check/check_definition.h"
#include "orchestrator/graph/step_graph.h"
#include "orchestrator/testing/case_runner.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kNegativeVerdict = 1;
constexpr std::size_t kMostCalls = 64;  // of a run, at once; a definition has at most 20 branches

// What the three actions of a render service answer (CONTRACT section 7), so that a field that none
// of them returns is told. Sizes are those of the longest usual answer.
std::vector<workflow::ServiceAnswer> RenderServiceAnswers() {
  return {
      {"Action",
       "plan",
       {"Action", "PlanProtocol", "PlanGcsUri", "PlanV2ManifestGcsUri", "PlanHash",
        "PlanV2ArtifactGcsPrefix", "ChunkCount", "TotalFrames", "Fps", "Width", "Height", "Format",
        "HasAudio", "AudioGcsUri", "FfmpegVersion", "ProducerVersion", "DurationMs"},
       700},
      {"Action",
       "renderChunk",
       {"Action", "ChunkGcsUri", "ChunkIndex", "Sha256", "FramesEncoded", "CaptureMode",
        "DurationMs"},
       400},
      {"Action",
       "assemble",
       {"Action", "OutputGcsUri", "FramesEncoded", "FileSize", "DurationMs"},
       300},
  };
}

std::vector<std::string> CommaSeparated(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

Result<CommandAnswer> Check(const CommandLine& line) {
  const std::string& file = line.arguments[0];
  HYPERLOCAL_TRY(const std::string source, ReadWholeFile(file));
  workflow::CheckOptions options;
  options.answers = RenderServiceAnswers();
  if (const auto keys = line.Value("forwards")) options.forwarded = CommaSeparated(*keys);
  HYPERLOCAL_TRY(const std::optional<int> iterations, line.WholeNumber("iterations"));
  if (iterations && *iterations < 1) {
    return Error{ErrorCode::kUsage, "--iterations is at least 1"};
  }
  if (iterations) options.iterations = static_cast<std::size_t>(*iterations);
  const workflow::CheckOutcome outcome = workflow::CheckDefinition(source, file, options);

  CommandAnswer answer;
  std::int64_t errors = 0;
  ordered_json problems = ordered_json::array();
  for (const workflow::Problem& problem : outcome.problems) {
    const bool is_error = problem.severity == workflow::Severity::kError;
    errors += is_error ? 1 : 0;
    answer.text += WithoutControls(workflow::DescribeProblem(problem, file, source));
    if (!answer.text.ends_with('\n')) answer.text += '\n';
    problems.push_back(
        {{"severity", is_error ? "error" : "warning"},
         {"message", problem.message},
         {"deploymentMessage",
          is_error ? ordered_json(workflow::DeploymentMessage(problem)) : ordered_json(nullptr)},
         {"step", problem.step},
         {"line", problem.span.line},
         {"column", problem.span.column},
         {"length", problem.span.length}});
  }
  const auto warnings = static_cast<std::int64_t>(outcome.problems.size()) - errors;
  answer.text += errors == 0 ? fmt::format("{}: a deployment would take it", file)
                             : fmt::format("{}: {}", file, Counted(errors, "error"));
  if (warnings != 0) answer.text += ", " + Counted(warnings, "warning");
  answer.text += '\n';
  answer.members = {{"file", file}, {"ok", errors == 0}, {"problems", std::move(problems)}};
  if (errors != 0) answer.exit_status = SpecOf(ErrorCode::kInvalidWorkflow).exit_status;
  return answer;
}

// A definition that passes the checks; its problems are the error's message.
Result<std::shared_ptr<const workflow::Definition>> Load(const std::string& file) {
  HYPERLOCAL_TRY(std::string source, ReadWholeFile(file));
  return workflow::LoadDefinition(std::move(source), file);
}

Result<CommandAnswer> Graph(const CommandLine& line) {
  HYPERLOCAL_TRY(const auto definition, Load(line.arguments[0]));
  const bool dot = line.Value("format").value_or("mermaid") == "dot";
  CommandAnswer answer;
  answer.text = workflow::StepGraph(
      *definition, dot ? workflow::GraphFormat::kDot : workflow::GraphFormat::kMermaid);
  if (!answer.text.ends_with('\n')) answer.text += '\n';
  return answer;
}

// --args: JSON itself, or the name of a file that holds it.
Result<workflow::Value> Argument(const CommandLine& line) {
  const auto given = line.Value("args");
  if (!given) return workflow::Value();
  std::error_code ignored;
  const bool is_file = fs::is_regular_file(*given, ignored);
  std::string text = *given;
  if (is_file) {
    HYPERLOCAL_TRY(text, ReadWholeFile(*given));
  }
  auto value = workflow::ParseJsonValue(text);
  if (value) return std::move(*value);
  return Error{is_file ? ErrorCode::kInvalidJson : ErrorCode::kUsage,
               fmt::format("--args is neither a file nor JSON: {}: {}", ShellQuoted(*given),
                           value.error().message)};
}

// A value inside a document: numbers and keys stay as the workflow's own JSON writes them.
Result<ordered_json> InDocument(const workflow::Value& value) {
  HYPERLOCAL_TRY(const std::string text, workflow::JsonText(value));
  return ParseOrderedJson(text, "a value of the workflow");
}

Result<CommandAnswer> RunFile(const CommandLine& line, CommandContext& context) {
  HYPERLOCAL_TRY(const auto definition, Load(line.arguments[0]));
  HYPERLOCAL_TRY(workflow::Value argument, Argument(line));
  HttpClientOptions http = HttpClientOptions::FromEnvironment();
  http.stall_timeout = std::chrono::hours(1);  // calls have a time-out of their own
  ThreadedHttpCaller caller(http, kMostCalls);
  WorkflowRunOptions options;
  options.virtual_time = line.Has("virtual-time");
  options.record_steps = line.Has("trace");
  options.cancelled = context.cancel;
  options.on_log = [&context](const workflow::LogEntry& entry) {
    const auto text = workflow::JsonText(entry.payload);
    context.console.WriteErr(fmt::format("{} {}: {}\n", entry.severity, entry.step,
                                         text ? WithoutControls(*text) : "?"));
  };
  const WorkflowRun run = RunDefinition(definition, std::move(argument), caller, options);
  if (const auto file = line.Value("trace")) {
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(*file, ChromeTrace(run.steps), Durability::kUnsynced));
  }
  if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};

  CommandAnswer answer;
  const workflow::Execution& execution = run.execution;
  answer.members = {{"state", workflow::ExecutionStateName(execution.state())}};
  if (execution.state() == workflow::ExecutionState::kSucceeded) {
    HYPERLOCAL_TRY(answer.members["result"], InDocument(execution.result()));
  } else {
    const workflow::ExecutionFailure& failure = execution.failure();
    HYPERLOCAL_TRY(ordered_json payload, InDocument(failure.payload));
    ordered_json elements = ordered_json::array();
    for (const workflow::TraceElement& element : failure.trace) {
      elements.push_back({{"step", element.step},
                          {"routine", element.routine},
                          {"position",
                           {{"line", std::to_string(element.position.line)},
                            {"column", std::to_string(element.position.column)},
                            {"length", std::to_string(element.position.length)}}}});
    }
    answer.members["error"] = {{"payload", std::move(payload)},
                               {"context", failure.context},
                               {"stackTrace", {{"elements", std::move(elements)}}}};
    answer.exit_status = kNegativeVerdict;
    context.console.WriteErr(WithoutControls(failure.context) + '\n');
  }
  HYPERLOCAL_TRY(answer.text, CompactJson(answer.members));
  answer.text += '\n';
  return answer;
}

Result<CommandAnswer> Test(const CommandLine& line) {
  HYPERLOCAL_TRY(const auto definition, Load(line.arguments[0]));
  const auto cases = line.Value("cases");
  if (!cases) return Error{ErrorCode::kUsage, "workflow test needs --cases DIR"};
  HYPERLOCAL_TRY(const auto files, workflow::LoadCases(*cases, definition));

  CommandAnswer answer;
  std::vector<workflow::CaseFileResult> results;
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  ordered_json list = ordered_json::array();
  for (const workflow::CaseFile& file : files) {
    results.push_back(workflow::RunCaseFile(file));
    for (const workflow::CaseResult& one : results.back().cases) {
      (one.passed() ? passed : failed) += 1;
      answer.text += fmt::format("{} {}: {}\n", one.passed() ? "ok    " : "FAILED",
                                 results.back().file, WithoutControls(one.name));
      for (const std::string& failure : one.failures) {
        answer.text += "       " + WithoutControls(failure) + '\n';
      }
      list.push_back({{"file", results.back().file},
                      {"name", one.name},
                      {"passed", one.passed()},
                      {"failures", one.failures}});
    }
  }
  answer.text += fmt::format("{} passed, {} failed\n", passed, failed);
  answer.members = {
      {"ok", failed == 0}, {"passed", passed}, {"failed", failed}, {"cases", std::move(list)}};
  if (failed != 0) answer.exit_status = kNegativeVerdict;
  if (const auto report = line.Value("junit")) {
    HYPERLOCAL_TRY_STATUS(
        WriteWholeFile(*report, workflow::JUnitReport(results), Durability::kUnsynced));
  }
  return answer;
}

Result<CommandAnswer> Run(const CommandLine& line, CommandContext& context) {
  const std::string_view verb = line.command->name;
  if (verb == "workflow check") return Check(line);
  if (verb == "workflow run") return RunFile(line, context);
  if (verb == "workflow test") return Test(line);
  return Graph(line);
}

}  // namespace

int RunWorkflow(const CommandLine& line, CommandContext& context) {
  return TellAnswer(line, context, [&] { return Run(line, context); },
                    {.next_command = [&line](const Error& error) {
                      if (error.code == ErrorCode::kInvalidWorkflow) {
                        return "hyperlocal workflow check " + ShellQuoted(line.arguments[0]);
                      }
                      return HelpAfterUsage(line, error);
                    }});
}

}  // namespace hyperlocal::cli
