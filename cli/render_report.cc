#include "cli/render_report.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "cli/human_text.h"
#include "cli/styled_line.h"
#include "cli/version.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::ordered_json;

// Errors of a chunk begin with "chunk 3: ".
std::optional<int> ChunkNamedIn(std::string_view message) {
  constexpr std::string_view kPrefix = "chunk ";
  if (!message.starts_with(kPrefix)) return std::nullopt;
  message.remove_prefix(kPrefix.size());
  int chunk = 0;
  const auto [end, failure] =
      std::from_chars(message.data(), message.data() + message.size(), chunk);
  if (failure != std::errc() || end == message.data() + message.size() || *end != ':') {
    return std::nullopt;
  }
  return chunk;
}

// The chunk that the message names, else the only one that was at work.
std::optional<int> FailedChunk(const Error& error, const RenderProgress& progress) {
  if (const std::optional<int> named = ChunkNamedIn(error.message)) return named;
  std::optional<int> only;
  for (const ChunkProgress& chunk : progress.chunks()) {
    if (chunk.state != ChunkState::kRunning) continue;
    if (only) return std::nullopt;
    only = chunk.slice.index;
  }
  return only;
}

// What to try follows from what kind of failure it is, which is what the exit status says.
std::string NextCommand(const Error& error, const RenderRequest& request) {
  const std::string project = ShellQuoted(request.options.project.string());
  std::filesystem::path target = request.options.output.parent_path();
  if (target.empty()) target = ".";
  const std::string directory = ShellQuoted(target.string());
  if (error.code == ErrorCode::kFormatNotSupported) {
    return fmt::format("hyperlocal render {} --format mp4", project);
  }
  switch (error.spec().exit_status) {
    case 64:
      return "hyperlocal help render";
    case 65:
      return fmt::format("hyperlocal render {} --keep-work --log-level debug", project);
    case 66:
      return fmt::format("ls -la {}", project);
    case 73:
    case 77:
      return fmt::format("ls -ld {}", directory);
    case 74:
      return fmt::format("df -h {} \"${{TMPDIR:-/tmp}}\"", directory);
    case 69:
    case 70:
    case 75:
    case 124:
      return "hyperlocal doctor";
    default:
      return "";
  }
}

std::int64_t FrameMilliseconds(std::int64_t frames, FrameRate rate) {
  return rate.num > 0 ? frames * 1000 * rate.den / rate.num : 0;
}

}  // namespace

std::string RenderSummary(const LocalRenderResult& result, bool color) {
  const std::chrono::milliseconds length(FrameMilliseconds(result.frames, result.fps));
  StyledLine line;
  line.Add("Rendered ", Style::kBold)
      .Add(fmt::format("{} ({} of video, {}) in {}", Counted(result.frames, "frame"),
                       FormatDuration(length, DurationStyle::kPrecise),
                       FormatBytes(result.file_size),
                       FormatDuration(result.total_time, DurationStyle::kPrecise)));
  std::string text = line.Render(color) + '\n';
  if (!result.work_directory.empty()) {
    text += fmt::format("The plan and the chunks are kept in {}\n", result.work_directory.string());
  }
  return text;
}

std::string RenderJson(const LocalRenderResult& result, const RenderRequest& request,
                       const RenderMonitor& monitor) {
  ordered_json document;
  document["schema"] = "hyperlocal.render/1";
  document["status"] = "succeeded";
  document["outputFile"] = result.output.string();
  document["format"] = WireName(request.options.format);
  document["width"] = result.width;
  document["height"] = result.height;
  document["fps"] = {{"num", result.fps.num}, {"den", result.fps.den}};
  document["framesRendered"] = result.frames;
  document["totalFrames"] = result.frames;
  document["chunkCount"] = result.chunks;
  document["planHash"] = result.plan_hash;
  document["fileSize"] = result.file_size;
  document["durationMs"] = result.total_time.count();
  document["stages"] = {
      {{"name", "plan"}, {"durationMs", result.plan_time.count()}},
      {{"name", "chunks"}, {"durationMs", result.chunks_time.count()}},
      {{"name", "assemble"}, {"durationMs", result.assemble_time.count()}},
  };
  document["retries"] = ordered_json::array();
  for (const RenderMonitor::Retry& retry : monitor.retries()) {
    document["retries"].push_back({{"chunkIndex", retry.chunk},
                                   {"attempt", retry.attempt},
                                   {"code", retry.error.spec().wire},
                                   {"message", retry.error.message}});
  }
  document["pageMessages"] = monitor.page_messages();
  if (!request.options.frame_hashes.empty()) {
    document["frameHashesFile"] = request.options.frame_hashes.string();
  }
  if (!result.work_directory.empty()) {
    document["workDirectory"] = result.work_directory.string();
  }
  document["_meta"]["version"] = Version();
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

FailureReport DescribeRenderFailure(const Error& error, const RenderRequest& request,
                                    const RenderMonitor& monitor, int signal) {
  const RenderProgress progress = monitor.progress();
  FailureReport failure;
  failure.error = error;
  failure.verb = "render";
  failure.signal = signal;
  failure.next_command = NextCommand(error, request);
  if (!progress.stage()) return failure;
  failure.stage = std::string(StageName(*progress.stage()));
  if (progress.stage() != RenderStage::kChunks) return failure;
  failure.chunk = FailedChunk(error, progress);
  if (!failure.chunk) return failure;
  const ChunkProgress* chunk = progress.chunk(*failure.chunk);
  if (chunk != nullptr && chunk->attempt > 0) failure.attempt = chunk->attempt;
  return failure;
}

}  // namespace hyperlocal::cli
