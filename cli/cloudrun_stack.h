#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "adapters/gcp/workflows/execution.h"
#include "cli/command_line.h"
#include "cli/environment.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// Where a deployed render stack is: what `cloudrun deploy` finds out once, and the other verbs
// need.
struct CloudRunStack {
  std::string project_id;
  std::string region;
  std::string bucket_name;
  std::string service_url;
  std::string workflow_id;
  // Beyond the published state file.
  std::string chunk_service_url;  // empty: one service does everything
  double vcpu = 4;                // of the service, for the cost
  double memory_gib = 16;

  WorkflowName workflow() const { return {project_id, region, workflow_id}; }
  bool operator==(const CloudRunStack&) const = default;
};

// The state file's directory, and the file. Error: kUsage without a home.
Result<std::filesystem::path> StackDirectory(const GetEnvironmentVariable& get);
Result<std::filesystem::path> StackFile(const GetEnvironmentVariable& get);

// The stack that the flags --project and --region, the environment of `emulate` and `exec`
// (HYPERLOCAL_WORKFLOW, HYPERLOCAL_SERVICE_URL, HYPERFRAMES_RENDER_BUCKET), our state file, or the
// published command line's (~/.hyperframes/cloudrun-state.json) name; each member from the first of
// them that has it. Error: kUsage with what is missing and the way out.
Result<CloudRunStack> FindStack(const CommandLine& line, const GetEnvironmentVariable& get);
// What is known, however little.
CloudRunStack KnownStack(const CommandLine& line, const GetEnvironmentVariable& get);

// The published format, which the published command line reads too. Errors: those of writing.
Status WriteStack(const CloudRunStack& stack, const GetEnvironmentVariable& get);

// "16Gi" or "512Mi" in GiB. Nothing for another text.
std::optional<double> ParseGib(const std::string& text);

}  // namespace hyperlocal::cli
