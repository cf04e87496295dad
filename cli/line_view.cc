#include "cli/line_view.h"

#include <fmt/format.h>

#include "cli/event_text.h"
#include "cli/human_text.h"
#include "cli/styled_line.h"

namespace hyperlocal::cli {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kLongestSilence{4};
constexpr std::chrono::seconds kDetailPeriod{1};

std::string SignOfLife(const RenderProgress& progress) {
  const RenderStage stage = progress.stage().value_or(RenderStage::kPlan);
  if (stage == RenderStage::kChunks && progress.planned()) {
    return "chunks: " + FramesText(progress);
  }
  return fmt::format("{}: still at work", StageName(stage));
}

std::string RunningChunks(const RenderProgress& progress) {
  std::string text;
  for (const ChunkProgress& chunk : progress.chunks()) {
    if (chunk.state != ChunkState::kRunning) continue;
    text += fmt::format("{}chunk {}: {}/{}", text.empty() ? "" : ", ", chunk.slice.index,
                        chunk.frames_done, chunk.slice.frames());
  }
  return text;
}

}  // namespace

std::string LineView::Line(const RenderProgress& progress, TimePoint at, LogLevel level,
                           const std::string& text) const {
  const std::string time =
      FormatDuration(duration_cast<milliseconds>(at - progress.start()), DurationStyle::kPrecise);
  StyledLine line;
  line.Add(fmt::format("{:>9}  ", time), Style::kDim);
  if (level == LogLevel::kWarning) line.Add("warning: ", Style::kWarning);
  // What follows the first line belongs to it: indented, so that it does not look like lines of
  // ours.
  const std::size_t first_end = text.find('\n');
  line.Add(text.substr(0, first_end));
  std::string rendered = line.Render(options_.color) + '\n';
  for (std::size_t start = first_end; start != std::string::npos;) {
    const std::size_t end = text.find('\n', start + 1);
    const std::string part =
        text.substr(start + 1, end == std::string::npos ? end : end - start - 1);
    if (!part.empty()) rendered += "           " + part + '\n';
    start = end;
  }
  return rendered;
}

std::string LineView::Update(const std::vector<RenderEvent>& events, const RenderProgress& progress,
                             TimePoint now) {
  std::string text;
  if (!last_line_) last_line_ = now;
  for (const RenderEvent& event : events) {
    if (event.kind == RenderEvent::Kind::kStage && event.stage == RenderStage::kDone) continue;
    if (options_.level < LevelOf(event)) continue;
    text += Line(progress, event.at, LevelOf(event), EventText(event, progress, options_.unicode));
  }
  if (!text.empty()) last_line_ = now;

  if (options_.level >= LogLevel::kDebug && progress.stage() == RenderStage::kChunks &&
      (!last_detail_ || now - *last_detail_ >= kDetailPeriod) &&
      progress.frames_done() != last_frames_) {
    last_detail_ = now;
    last_frames_ = progress.frames_done();
    const std::string chunks = RunningChunks(progress);
    if (!chunks.empty()) {
      text += Line(progress, now, LogLevel::kDebug, chunks);
      last_line_ = now;
    }
  }
  if (options_.level >= LogLevel::kInfo && now - *last_line_ >= kLongestSilence) {
    text += Line(progress, now, LogLevel::kInfo, SignOfLife(progress));
    last_line_ = now;
  }
  return text;
}

}  // namespace hyperlocal::cli
