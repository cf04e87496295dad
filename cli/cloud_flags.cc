#include "cli/cloud_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "cli/human_text.h"
#include "engine/file/whole_file.h"
#include "fakes/cloud_run/small_disk.h"

namespace hyperlocal::cli {
namespace {

constexpr int kMostInstances = 256;

// Lines of several threads, one at a time.
std::function<void(std::string_view)> LinesTo(Console& console, std::string prefix) {
  return [&console, prefix = std::move(prefix),
          mutex = std::make_shared<std::mutex>()](std::string_view line) {
    const std::lock_guard lock(*mutex);
    console.WriteErr(prefix + WithoutControls(std::string(line)) + "\n");
  };
}

}  // namespace

Result<LocalCloudOptions> CloudOptionsOf(const CommandLine& line, CommandContext& context) {
  LocalCloudOptions options;
  options.instances = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  HYPERLOCAL_TRY(const std::optional<int> instances, line.WholeNumber("instances"));
  if (instances && (*instances < 1 || *instances > kMostInstances)) {
    return Error{ErrorCode::kUsage,
                 fmt::format("--instances is 1 to {}; got {}", kMostInstances, *instances)};
  }
  if (instances) options.instances = *instances;
  if (const auto bucket = line.Value("bucket")) options.bucket = *bucket;
  if (const auto command = line.Value("service-command")) {
    // exec: signals and limits are meant for the service, not for a shell before it.
    options.service_command = {"/bin/sh", "-c", "exec " + *command};
  }
  if (const auto file = line.Value("workflow")) {
    HYPERLOCAL_TRY(options.definition, ReadWholeFile(*file));
  }
  if (const auto faults = line.Value("faults")) {
    HYPERLOCAL_TRY(options.faults, ReadCloudFaults(*faults));
  }
  if (line.Has("verbose")) options.log = LinesTo(context.console, "");
  options.warn = LinesTo(context.console, "warning: ");
  return options;
}

void PrepareForFaults(const CommandLine& line) {
  const auto text = line.Value("faults");
  if (!text) return;
  const auto faults = ReadCloudFaults(*text);
  if (faults && faults->fills_disks()) (void)cloud_run::EnterDiskNamespace();
}

}  // namespace hyperlocal::cli
