#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "adapters/gcp/workflow_definition.h"
#include "cli/cloudrun_verbs_internal.h"
#include "cli/human_text.h"
#include "cli/tool_process.h"
#include "engine/file/whole_file.h"

// HYPERLOCAL_BUILD_GCP_ADAPTER comes from the build.

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::string_view kDefaultRegion = "us-central1";
constexpr std::string_view kDefaultRepository = "hyperframes";

// The adapter's directory (terraform/, Dockerfile, …): HYPERLOCAL_GCP_ADAPTER, or where the program
// was built.
Result<fs::path> AdapterDirectory(const CloudRunWorld& world) {
  const fs::path directory =
      world.environment("HYPERLOCAL_GCP_ADAPTER").value_or(HYPERLOCAL_BUILD_GCP_ADAPTER);
  std::error_code ignored;
  if (fs::is_directory(directory / "terraform", ignored)) return directory;
  return Error{ErrorCode::kDependencyUnavailable,
               fmt::format("the Terraform module is not in {}; set HYPERLOCAL_GCP_ADAPTER to "
                           "adapters/gcp of a clone",
                           directory.string())};
}

// What is run, step by step.
struct DeployPlan {
  std::string project;
  std::string region;
  std::string image;
  std::string repository;  // made, and the image built, when it is not empty
  fs::path source;         // of the image: the clone
  fs::path module;         // our copy of the Terraform module, with its state
  std::vector<std::string> variables;
};

// Terraform works in a copy of the module below this user's state: its state stays there, and
// nothing is written into the installation. A copy for each project and prefix.
fs::path ModuleDirectory(const fs::path& state, const std::string& project,
                         const std::string& region) {
  return state / fmt::format("{}.{}", project, region);
}

Status CopyModule(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  if (error) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("cannot make {}: {}", to.string(), error.message())};
  }
  for (const auto& entry : fs::directory_iterator(from, error)) {
    if (entry.path().extension() != ".tf" && entry.path().filename() != ".terraform.lock.hcl") {
      continue;
    }
    HYPERLOCAL_TRY(const std::string text, ReadWholeFile(entry.path()));
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(to / entry.path().filename(), text));
  }
  if (error) {
    return Error{ErrorCode::kIo, fmt::format("cannot read {}: {}", from.string(), error.message())};
  }
  return WriteWholeFile(to / "workflow.yaml", RenderWorkflowDefinition());
}

std::string Timestamp() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

ToolCommand Terraform(const DeployPlan& plan, std::vector<std::string> arguments,
                      bool with_variables) {
  ToolCommand command;
  command.arguments = {"terraform", "-chdir=" + plan.module.string()};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  if (with_variables) {
    for (const std::string& variable : plan.variables) {
      command.arguments.insert(command.arguments.end(), {"-var", variable});
    }
  }
  command.environment = {{"TF_IN_AUTOMATION", "1"}};
  return command;
}

Result<std::vector<std::string>> Variables(const CommandLine& line, const DeployPlan& plan) {
  std::vector<std::string> variables{
      "project_id=" + plan.project, "region=" + plan.region, "image=" + plan.image,
      "workflow_source_path=" + (plan.module / "workflow.yaml").string()};
  const auto add = [&](std::string_view flag, std::string_view name) -> Status {
    HYPERLOCAL_TRY(const std::optional<int> number, line.WholeNumber(flag));
    if (!number) return Ok();
    if (*number < 0) return Error{ErrorCode::kUsage, fmt::format("--{} is not negative", flag)};
    variables.push_back(fmt::format("{}={}", name, *number));
    return Ok();
  };
  HYPERLOCAL_TRY_STATUS(add("cpu", "cpu"));
  if (const auto memory = line.Value("memory")) {
    if (!ParseGib(*memory)) {
      return Error{
          ErrorCode::kUsage,
          fmt::format("--memory is a number with Mi or Gi, such as 16Gi, and not {}", *memory)};
    }
    variables.push_back("memory=" + *memory);
  }
  HYPERLOCAL_TRY_STATUS(add("min-instances", "min_instances"));
  HYPERLOCAL_TRY_STATUS(add("max-instances", "max_instances"));
  HYPERLOCAL_TRY_STATUS(add("timeout", "request_timeout_seconds"));
  return variables;
}

std::vector<ToolCommand> ImageSteps(const DeployPlan& plan) {
  if (plan.repository.empty()) return {};
  return {
      {.arguments = {"gcloud", "artifacts", "repositories", "create", plan.repository,
                     "--repository-format", "docker", "--location", plan.region, "--project",
                     plan.project}},
      {.arguments = {"gcloud", "builds", "submit", plan.source.string(), "--project", plan.project,
                     "--config", (plan.source / "adapters" / "gcp" / "cloudbuild.yaml").string(),
                     "--substitutions", "_IMAGE=" + plan.image}}};
}

ToolCommand EnableApis(const DeployPlan& plan) {
  return {.arguments = {"gcloud", "services", "enable", "run.googleapis.com",
                        "workflows.googleapis.com", "workflowexecutions.googleapis.com",
                        "artifactregistry.googleapis.com", "cloudbuild.googleapis.com",
                        "monitoring.googleapis.com", "--project", plan.project}};
}

ToolCommand DescribeRepository(const DeployPlan& plan) {
  return {.arguments = {"gcloud", "artifacts", "repositories", "describe", plan.repository,
                        "--location", plan.region, "--project", plan.project},
          .quiet = true};
}

// Everything that a deployment runs, in order.
std::vector<ToolCommand> Steps(const DeployPlan& plan) {
  std::vector<ToolCommand> steps{EnableApis(plan)};
  for (ToolCommand& step : ImageSteps(plan)) steps.push_back(std::move(step));
  steps.push_back(Terraform(plan, {"init", "-input=false"}, false));
  steps.push_back(Terraform(plan, {"plan", "-input=false", "-out=next.tfplan"}, true));
  steps.push_back(Terraform(plan, {"apply", "-input=false", "next.tfplan"}, false));
  steps.push_back(Terraform(plan, {"output", "-json"}, false));
  return steps;
}

Result<std::string> Run(ToolCommand step, CommandContext& context) {
  if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
  Say(context, "$ " + ToolLine(step));
  HYPERLOCAL_TRY(ToolOutcome outcome, RunTool(step, context.cancel));
  if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
  if (outcome.status != 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 fmt::format("{} ended with status {}; what it says stands above", ToolLine(step),
                             outcome.status)};
  }
  return std::move(outcome.output);
}

Result<CloudRunStack> StackOf(const std::string& outputs, const CommandLine& line,
                              const DeployPlan& plan) {
  const auto json = ordered_json::parse(outputs, nullptr, /*allow_exceptions=*/false);
  const auto value = [&json](const char* name) -> std::string {
    if (!json.is_object() || !json.contains(name)) return "";
    const auto& output = json[name];
    if (!output.is_object() || !output.contains("value") || !output["value"].is_string()) return "";
    return output["value"].get<std::string>();
  };
  CloudRunStack stack;
  stack.project_id = plan.project;
  stack.region = plan.region;
  stack.bucket_name = value("render_bucket_name");
  stack.service_url = value("service_url");
  stack.workflow_id = value("workflow_name");
  stack.chunk_service_url = value("chunk_service_url");
  if (stack.bucket_name.empty() || stack.service_url.empty() || stack.workflow_id.empty()) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "terraform output names no render_bucket_name, service_url or workflow_name"};
  }
  HYPERLOCAL_TRY(const std::optional<int> cpu, line.WholeNumber("cpu"));
  if (cpu) stack.vcpu = *cpu;
  if (const auto memory = line.Value("memory")) {
    stack.memory_gib = ParseGib(*memory).value_or(stack.memory_gib);
  }
  return stack;
}

Result<DeployPlan> PlanOf(const CommandLine& line, const CloudRunWorld& world,
                          const std::string& project, const std::string& region,
                          const std::string& image) {
  DeployPlan plan;
  plan.project = project;
  plan.region = region;
  plan.image = image;
  HYPERLOCAL_TRY(const fs::path state, StackDirectory(world.environment));
  plan.module = ModuleDirectory(state, plan.project, plan.region);
  HYPERLOCAL_TRY(plan.variables, Variables(line, plan));
  return plan;
}

}  // namespace

Result<CommandAnswer> DeployStack(const CommandLine& line, CommandContext& context,
                                  const CloudRunWorld& world) {
  const auto project = line.Value("project");
  if (!project) return Error{ErrorCode::kUsage, "cloudrun deploy needs --project ID"};
  const std::string region = line.Value("region").value_or(std::string(kDefaultRegion));
  const auto image = line.Value("image");
  const std::string repository = line.Value("repo").value_or(std::string(kDefaultRepository));
  HYPERLOCAL_TRY(const fs::path adapter, AdapterDirectory(world));
  HYPERLOCAL_TRY(DeployPlan plan,
                 PlanOf(line, world, *project, region,
                        image.value_or(fmt::format("{}-docker.pkg.dev/{}/{}/hyperframes-render:{}",
                                                   region, *project, repository, Timestamp()))));
  if (!image) {
    plan.repository = repository;
    plan.source = adapter.parent_path().parent_path();
  }

  CommandAnswer answer;
  answer.members = {{"projectId", plan.project}, {"region", plan.region}, {"image", plan.image}};
  answer.members["steps"] = ordered_json::array();
  std::string text;
  for (const ToolCommand& step : Steps(plan)) {
    text += "  " + ToolLine(step) + "\n";
    answer.members["steps"].push_back(step.arguments);
  }
  if (line.Has("dry-run")) {
    answer.text = text;
    answer.members["dryRun"] = true;
    return answer;
  }
  context.console.WriteErr("What will be run:\n" + text);

  HYPERLOCAL_TRY_STATUS(Run(EnableApis(plan), context));
  if (!plan.repository.empty()) {
    const std::vector<ToolCommand> steps = ImageSteps(plan);
    HYPERLOCAL_TRY(const ToolOutcome there, RunTool(DescribeRepository(plan), context.cancel));
    if (there.status != 0) HYPERLOCAL_TRY_STATUS(Run(steps[0], context));
    HYPERLOCAL_TRY_STATUS(Run(steps[1], context));
  }
  HYPERLOCAL_TRY_STATUS(CopyModule(adapter / "terraform", plan.module));
  HYPERLOCAL_TRY_STATUS(Run(Terraform(plan, {"init", "-input=false"}, false), context));
  HYPERLOCAL_TRY_STATUS(
      Run(Terraform(plan, {"plan", "-input=false", "-out=next.tfplan"}, true), context));
  HYPERLOCAL_TRY_STATUS(
      Run(Terraform(plan, {"apply", "-input=false", "next.tfplan"}, false), context));
  ToolCommand outputs = Terraform(plan, {"output", "-json"}, false);
  outputs.capture = true;
  HYPERLOCAL_TRY(const std::string told, Run(std::move(outputs), context));
  HYPERLOCAL_TRY(const CloudRunStack stack, StackOf(told, line, plan));
  HYPERLOCAL_TRY_STATUS(WriteStack(stack, world.environment));
  HYPERLOCAL_TRY(const fs::path file, StackFile(world.environment));
  Say(context, fmt::format("deployed; where it is stands in {}", file.string()));
  Say(context, "next: hyperlocal cloudrun render PROJECT --wait");
  answer.text = fmt::format("bucket={}\nservice={}\nworkflow={}\n", stack.bucket_name,
                            stack.service_url, stack.workflow_id);
  answer.members["bucketName"] = stack.bucket_name;
  answer.members["serviceUrl"] = stack.service_url;
  answer.members["workflowId"] = stack.workflow_id;
  answer.members["stateFile"] = file.string();
  return answer;
}

Result<CommandAnswer> DestroyStack(const CommandLine& line, CommandContext& context,
                                   const CloudRunWorld& world) {
  const CloudRunStack stack = KnownStack(line, world.environment);
  if (stack.project_id.empty()) {
    return Error{ErrorCode::kUsage,
                 "cloudrun destroy needs --project ID: no deployed stack is known"};
  }
  const std::string region = stack.region.empty() ? std::string(kDefaultRegion) : stack.region;
  HYPERLOCAL_TRY(DeployPlan plan, PlanOf(line, world, stack.project_id, region,
                                         line.Value("image").value_or("unused:latest")));
  plan.variables.push_back("bucket_force_destroy=true");
  std::error_code ignored;
  if (!fs::is_directory(plan.module, ignored)) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("nothing was deployed from here to {} in {} ({} is not there); where "
                             "it was, terraform destroy does it",
                             plan.project, region, plan.module.string())};
  }
  // The bucket takes its force_destroy from the state, so it is written there before.
  ToolCommand allow = Terraform(
      plan, {"apply", "-input=false", "-auto-approve", "-target=google_storage_bucket.render"},
      true);
  ToolCommand destroy = Terraform(plan, {"destroy", "-input=false", "-auto-approve"}, true);
  const ToolCommand init = Terraform(plan, {"init", "-input=false"}, false);
  CommandAnswer answer;
  answer.members = {{"projectId", plan.project}, {"region", region}};
  answer.members["bucketName"] = stack.bucket_name;
  if (line.Has("dry-run")) {
    answer.members["dryRun"] = true;
    for (const ToolCommand* const step : {&init, &static_cast<const ToolCommand&>(allow),
                                          &static_cast<const ToolCommand&>(destroy)}) {
      answer.text += "  " + ToolLine(*step) + "\n";
    }
    return answer;
  }
  if (!line.Has("yes")) {
    const std::string what = fmt::format(
        "This deletes the service, the workflow and the bucket {} with every project "
        "and output in it, of project {} in {}.",
        stack.bucket_name, plan.project, region);
    Say(context, what);
    context.console.WriteErr(fmt::format("Type {} to go on: ", plan.project));
    const auto typed = world.ask ? world.ask() : std::nullopt;
    if (!typed) {
      context.console.WriteErr("\n");
      return Error{ErrorCode::kUsage, "nobody is there to ask: --yes says that outputs may go"};
    }
    if (*typed != plan.project) return Error{ErrorCode::kCancelled, "nothing was destroyed"};
  }
  HYPERLOCAL_TRY_STATUS(Run(init, context));
  HYPERLOCAL_TRY_STATUS(Run(std::move(allow), context));
  HYPERLOCAL_TRY_STATUS(Run(std::move(destroy), context));
  HYPERLOCAL_TRY(const fs::path file, StackFile(world.environment));
  const CloudRunStack left = KnownStack(line, world.environment);
  if (left.project_id == plan.project && left.region == region) fs::remove(file, ignored);
  Say(context, "destroyed");
  answer.members["destroyed"] = true;
  return answer;
}

}  // namespace hyperlocal::cli
