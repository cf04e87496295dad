#include "cli/event_text.h"

#include <fmt/format.h>

#include "cli/human_text.h"
#include "cli/progress_layout.h"

namespace hyperlocal::cli {
namespace {

std::string StageText(const RenderEvent& event, const RenderProgress& progress) {
  const auto chunks = static_cast<std::int64_t>(progress.chunks().size());
  switch (event.stage) {
    case RenderStage::kPlan:
      return "plan: reading the composition";
    case RenderStage::kChunks:
      return "chunks: rendering " + Counted(chunks, "chunk");
    case RenderStage::kAssemble:
      return "assemble: joining " + Counted(chunks, "chunk");
    case RenderStage::kDone:
      break;
  }
  return "done";
}

}  // namespace

LogLevel LevelOf(const RenderEvent& event) {
  switch (event.kind) {
    case RenderEvent::Kind::kChunkRetry:
    case RenderEvent::Kind::kStall:
    case RenderEvent::Kind::kPageMessage:
      return LogLevel::kWarning;
    default:
      return LogLevel::kInfo;
  }
}

std::string EventText(const RenderEvent& event, const RenderProgress& progress, bool unicode) {
  switch (event.kind) {
    case RenderEvent::Kind::kStage:
      return StageText(event, progress);
    case RenderEvent::Kind::kPlan:
      return "plan: " + PlanText(progress, unicode);
    case RenderEvent::Kind::kChunkStart:
      if (event.attempt <= 1) return fmt::format("chunk {} started", event.chunk);
      return fmt::format("chunk {} started, attempt {}", event.chunk, event.attempt);
    case RenderEvent::Kind::kChunkDone:
      return fmt::format("chunk {} done: {} in {} ({} of {})", event.chunk,
                         Counted(event.frame, "frame"),
                         FormatDuration(event.duration, DurationStyle::kPrecise), event.chunks_done,
                         Counted(static_cast<std::int64_t>(progress.chunks().size()), "chunk"));
    case RenderEvent::Kind::kChunkRetry:
      return WithoutControls(fmt::format("chunk {}: attempt {} failed and is tried again: {}",
                                         event.chunk, event.attempt, event.text));
    case RenderEvent::Kind::kStall:
      return WithoutControls(fmt::format("chunk {} stalled: nothing for {} at frame {}{}{}",
                                         event.chunk, FormatDuration(event.duration), event.frame,
                                         event.text.empty() ? "" : "; ", event.text));
    case RenderEvent::Kind::kPageMessage:
      return WithoutControls("page: " + event.text);
    case RenderEvent::Kind::kStopping:
      return "stopping; once more stops at once";
  }
  return "";
}

std::string FramesText(const RenderProgress& progress) {
  const std::int64_t done = progress.frames_done();
  std::string text = fmt::format("{} of {} frames", done, progress.total_frames());
  const std::optional<double> speed = progress.speed().speed();
  if (speed) text += fmt::format(", {} frames/s", FormatSpeed(*speed));
  const auto remaining = progress.speed().TimeFor(progress.total_frames() - done);
  if (remaining) text += fmt::format(", about {} left", FormatRemaining(*remaining));
  return text;
}

}  // namespace hyperlocal::cli
