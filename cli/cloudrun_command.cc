#include "cli/cloudrun_command.h"

#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "adapters/gcp/sdk/render_control.h"
#include "adapters/gcp/sdk/site.h"
#include "cli/cloudrun_verbs_internal.h"
#include "cli/human_text.h"
#include "cli/report_failure.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::ordered_json;

Result<CommandAnswer> ListVerb(const CommandLine& line, CommandContext& context,
                               const CloudRunWorld& world) {
  HYPERLOCAL_TRY(const CloudRunStack stack, FindStack(line, world.environment));
  HYPERLOCAL_TRY(const std::optional<int> most, line.WholeNumber("limit"));
  if (most && *most < 1) return Error{ErrorCode::kUsage, "--limit is at least 1"};
  HYPERLOCAL_TRY(const CloudClients clients, world.open());
  HYPERLOCAL_TRY(const auto renders,
                 ListRenders(*clients.executions, stack.workflow(),
                             static_cast<std::size_t>(most.value_or(50)), context.cancel));
  CommandAnswer answer;
  answer.members["renders"] = ordered_json::array();
  for (const ListedRender& render : renders) {
    answer.text +=
        fmt::format("{:<10} {}  {}  {}\n", WireName(render.status), render.started_at,
                    WithoutControls(render.render_id), WithoutControls(render.execution_name));
    answer.members["renders"].push_back(ToJson(render));
  }
  return answer;
}

Result<CommandAnswer> CancelVerb(const CommandLine& line, CommandContext& context,
                                 const CloudRunWorld& world) {
  HYPERLOCAL_TRY(const CloudClients clients, world.open());
  const std::string& name = line.arguments[0];
  HYPERLOCAL_TRY(const RenderStatus status,
                 CancelRender(*clients.executions, name, context.cancel));
  return CommandAnswer{.text = fmt::format("{} {}\n", WireName(status), WithoutControls(name)),
                       .members = {{"executionName", name}, {"status", WireName(status)}}};
}

Result<CommandAnswer> DownloadVerb(const CommandLine& line, CommandContext& context,
                                   const CloudRunWorld& world) {
  const auto file = line.Value("output");
  if (!file) return Error{ErrorCode::kUsage, "cloudrun download needs --output FILE"};
  HYPERLOCAL_TRY(const CloudClients clients, world.open());
  HYPERLOCAL_TRY(
      const CloudRenderProgress progress,
      GetRenderProgress(*clients.executions, {.execution_name = line.arguments[0], .live = false},
                        context.cancel));
  if (progress.status == RenderStatus::kFailed || progress.status == RenderStatus::kCancelled) {
    return ErrorOfRender(progress);
  }
  if (!progress.output_file) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("the render is {} and has no output yet", WireName(progress.status))};
  }
  HYPERLOCAL_TRY(const DownloadedResult result,
                 DownloadResult(*clients.storage, *progress.output_file,
                                context.working_directory / *file, context.cancel));
  return CommandAnswer{.text = fmt::format("{}\n", *file), .members = ToJson(result)};
}

std::string NextCommand(const CommandLine& line, const Error& error) {
  if (error.code == ErrorCode::kUsage) return HelpOf(line);
  if (error.code == ErrorCode::kPermission) {
    return "gcloud auth application-default login";
  }
  return "";
}

std::optional<std::string> AskTerminal() {
  if (::isatty(STDIN_FILENO) == 0) return std::nullopt;
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return answer;
}

}  // namespace

void Say(CommandContext& context, std::string_view text) {
  context.console.WriteErr(WithoutControls(std::string(text)) + "\n");
}

Error ErrorOfRender(const CloudRenderProgress& progress) {
  if (progress.status == RenderStatus::kCancelled && progress.errors.empty()) {
    return Error{ErrorCode::kCancelled, "the render was cancelled"};
  }
  if (progress.errors.empty()) {
    return Error{ErrorCode::kInternal,
                 fmt::format("the render is {}, and does not say why", WireName(progress.status))};
  }
  const RenderFault& fault = progress.errors.front();
  std::string message = fault.cause;
  // The service's own words are within the answer that the workflow raised.
  const auto cause = ordered_json::parse(fault.cause, nullptr, /*allow_exceptions=*/false);
  std::string chunk;
  if (cause.is_object()) {
    if (cause.contains("ChunkIndex")) chunk = fmt::format("chunk {}: ", cause["ChunkIndex"].dump());
    const auto body = cause.find("body");
    if (body != cause.end() && body->is_object() && body->contains("message") &&
        (*body)["message"].is_string()) {
      message = (*body)["message"].get<std::string>();
    } else if (cause.contains("message") && cause["message"].is_string()) {
      message = cause["message"].get<std::string>();
    }
  }
  for (const ErrorSpec& row : kErrorTable) {
    if (row.wire == fault.error) return Error{row.code, chunk + message};
  }
  return Error{ErrorCode::kInternal,
               fmt::format("{}{}: {} ({})", chunk, fault.error, message, fault.state)};
}

int RunCloudRun(const CommandLine& line, CommandContext& context, const CloudRunWorld& world) {
  const auto verb = [&]() -> Result<CommandAnswer> {
    const std::string_view name = line.command->name;
    if (name == "cloudrun deploy") return DeployStack(line, context, world);
    if (name == "cloudrun destroy") return DestroyStack(line, context, world);
    if (name == "cloudrun sites") return CreateSite(line, context, world);
    if (name == "cloudrun render") return StartRender(line, context, world);
    if (name == "cloudrun render-batch") return RenderBatch(line, context, world);
    if (name == "cloudrun progress") return TellProgress(line, context, world);
    if (name == "cloudrun list") return ListVerb(line, context, world);
    if (name == "cloudrun cancel") return CancelVerb(line, context, world);
    return DownloadVerb(line, context, world);
  };
  return TellAnswer(line, context, verb, {.next_command = [&line](const Error& error) {
                      return NextCommand(line, error);
                    }});
}

int RunCloudRun(const CommandLine& line, CommandContext& context) {
  CloudRunWorld world;
  world.ask = AskTerminal;
  return RunCloudRun(line, context, world);
}

}  // namespace hyperlocal::cli
