#include "cli/cloudrun_stack.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/state_directory.h"
#include "engine/file/whole_file.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

void Fill(std::string& member, const std::optional<std::string>& value) {
  if (member.empty() && value) member = *value;
}

std::string TextMember(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// A file that is not there or makes no sense says nothing: what is missing then is told by name.
void FillFrom(const fs::path& file, CloudRunStack& stack) {
  const Result<std::string> text = ReadWholeFile(file);
  if (!text) return;
  const auto json = ordered_json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return;
  const bool other_stack =
      (!stack.project_id.empty() && stack.project_id != TextMember(json, "projectId")) ||
      (!stack.region.empty() && stack.region != TextMember(json, "region"));
  // Its bucket and service are not those of another project or region.
  if (other_stack) return;
  Fill(stack.project_id, TextMember(json, "projectId"));
  Fill(stack.region, TextMember(json, "region"));
  Fill(stack.bucket_name, TextMember(json, "bucketName"));
  Fill(stack.service_url, TextMember(json, "serviceUrl"));
  Fill(stack.workflow_id, TextMember(json, "workflowId"));
  Fill(stack.chunk_service_url, TextMember(json, "chunkServiceUrl"));
  const auto number = [&json](const char* name, double& value) {
    const auto found = json.find(name);
    if (found != json.end() && found->is_number()) value = found->get<double>();
  };
  number("vcpu", stack.vcpu);
  number("memoryGib", stack.memory_gib);
}

}  // namespace

Result<fs::path> StackDirectory(const GetEnvironmentVariable& get) {
  return StateDirectory("cloudrun", get);
}

Result<fs::path> StackFile(const GetEnvironmentVariable& get) {
  HYPERLOCAL_TRY(const fs::path directory, StackDirectory(get));
  return directory / "cloudrun-state.json";
}

CloudRunStack KnownStack(const CommandLine& line, const GetEnvironmentVariable& get) {
  CloudRunStack stack;
  Fill(stack.project_id, line.Value("project"));
  Fill(stack.region, line.Value("region"));
  if (const auto path = get("HYPERLOCAL_WORKFLOW")) {
    if (const auto name = ParseWorkflowName(*path)) {
      Fill(stack.project_id, name->project);
      Fill(stack.region, name->location);
      Fill(stack.workflow_id, name->workflow);
    }
  }
  Fill(stack.service_url, get("HYPERLOCAL_SERVICE_URL"));
  Fill(stack.bucket_name, get("HYPERFRAMES_RENDER_BUCKET"));
  if (const auto file = StackFile(get)) FillFrom(*file, stack);
  if (const auto home = get("HOME"); home && home->starts_with('/')) {
    FillFrom(fs::path(*home) / ".hyperframes" / "cloudrun-state.json", stack);
  }
  return stack;
}

Result<CloudRunStack> FindStack(const CommandLine& line, const GetEnvironmentVariable& get) {
  CloudRunStack stack = KnownStack(line, get);
  std::vector<std::string_view> missing;
  const auto need = [&missing](const std::string& value, std::string_view name) {
    if (value.empty()) missing.push_back(name);
  };
  need(stack.project_id, "projectId");
  need(stack.region, "region");
  need(stack.bucket_name, "bucketName");
  need(stack.service_url, "serviceUrl");
  need(stack.workflow_id, "workflowId");
  if (missing.empty()) return stack;
  return Error{ErrorCode::kUsage,
               fmt::format("no stack is known: {} missing; deploy one (hyperlocal cloudrun deploy "
                           "--project ID), or start one here (hyperlocal exec -- …)",
                           fmt::join(missing, ", "))};
}

Status WriteStack(const CloudRunStack& stack, const GetEnvironmentVariable& get) {
  HYPERLOCAL_TRY(const fs::path file, StackFile(get));
  ordered_json json{{"projectId", stack.project_id},   {"region", stack.region},
                    {"bucketName", stack.bucket_name}, {"serviceUrl", stack.service_url},
                    {"workflowId", stack.workflow_id}, {"vcpu", stack.vcpu},
                    {"memoryGib", stack.memory_gib}};
  if (!stack.chunk_service_url.empty()) json["chunkServiceUrl"] = stack.chunk_service_url;
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("cannot make {}: {}", file.parent_path().string(), error.message())};
  }
  return WriteWholeFile(file, json.dump(2) + "\n");
}

std::optional<double> ParseGib(const std::string& text) {
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || number <= 0) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit == "Gi") return number;
  if (unit == "Mi") return number / 1024;
  return std::nullopt;
}

}  // namespace hyperlocal::cli
