#include "cli/progress_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>

#include "cli/human_text.h"

namespace hyperlocal::cli {
namespace {

constexpr std::size_t kWidestPicture = 96;  // beyond it the eye loses the line
constexpr std::size_t kBarColumn = 11;      // after the glyph and the longest stage name
constexpr std::size_t kTimeWidth = 10;      // "1 h 02 min"; also the room for "stalled"
constexpr std::size_t kNarrowTimeWidth = 8;
constexpr std::size_t kGap = 2;         // between the bar and the count
constexpr std::size_t kNoteWidth = 10;  // "attempt 2"
constexpr std::size_t kMostChunksShownWhole = 8;
constexpr std::size_t kMostChunkRows = 16;

struct Glyphs {
  std::string_view done, running, waiting, failed, bar, bar_half, bar_rest, separator;
};
constexpr Glyphs kUnicodeGlyphs{"✓", "▸", "·", "✗", "━", "╸", "─", " · "};
constexpr Glyphs kAsciiGlyphs{"+", ">", ".", "x", "#", "", "-", ", "};

// The columns of the picture: label, bar, count, note (only when there is room), time.
class Columns {
 public:
  Columns(const RenderProgress& progress, const LayoutSize& size)
      : glyphs(size.unicode ? kUnicodeGlyphs : kAsciiGlyphs), unicode(size.unicode) {
    width = std::min(size.columns > 1 ? size.columns - 1 : 1, kWidestPicture);
    const bool roomy = width >= 60;
    time = roomy ? kTimeWidth : kNarrowTimeWidth;
    note = roomy ? kNoteWidth : 0;
    std::int64_t most_frames = 10;
    for (const ChunkProgress& chunk : progress.chunks()) {
      most_frames = std::max(most_frames, chunk.slice.frames());
    }
    count = 2 * fmt::formatted_size("{}", most_frames) + 1;
    const std::size_t others = kBarColumn + kGap + count + (note > 0 ? note + 1 : 0) + time;
    bar = width > others ? width - others : 0;
  }

  std::size_t count_column() const { return kBarColumn + bar + kGap; }

  Glyphs glyphs;
  bool unicode;
  std::size_t width, bar, count, note, time;
};

void AddRight(StyledLine& line, std::string_view text, std::size_t end, Style style) {
  const std::size_t width = DisplayWidth(text);
  if (width == 0 || width > end || end - width < line.width())
    return;  // no room: it goes rather than the rest
  line.PadTo(end - width).Add(text, style);
}

void AddBar(StyledLine& line, const Columns& columns, std::int64_t part, std::int64_t whole,
            Style style) {
  const bool halves = !columns.glyphs.bar_half.empty();
  const auto steps = static_cast<std::int64_t>(columns.bar) * (halves ? 2 : 1);
  const std::int64_t filled =
      whole > 0 ? std::clamp<std::int64_t>(steps * part / whole, 0, steps) : 0;
  const auto full = static_cast<std::size_t>(halves ? filled / 2 : filled);
  const std::size_t half = halves && filled % 2 == 1 ? 1 : 0;
  std::string done, rest;
  for (std::size_t i = 0; i < full; ++i) done += columns.glyphs.bar;
  if (half == 1) done += columns.glyphs.bar_half;
  for (std::size_t i = full + half; i < columns.bar; ++i) rest += columns.glyphs.bar_rest;
  line.PadTo(kBarColumn).Add(done, style).Add(rest, Style::kDim);
}

// A duration for the last column: "1 min 04 s", or "1:04" (hours and minutes: "2:10 h") where that
// is too wide.
std::string TimeText(std::chrono::milliseconds duration, bool over, const Columns& columns) {
  const std::string text =
      FormatDuration(duration, over ? DurationStyle::kPrecise : DurationStyle::kCounting);
  if (DisplayWidth(text) <= columns.time) return text;
  const std::int64_t seconds = duration.count() / 1000;
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02} h", seconds / 3600, seconds % 3600 / 60);
}

// The longest of the texts that fits; the last one shortened when none does.
std::string Fitting(std::initializer_list<std::string> texts, const Columns& columns,
                    std::size_t room) {
  for (const std::string& text : texts) {
    if (DisplayWidth(text) <= room) return text;
  }
  return Shortened(*(texts.end() - 1), room, columns.unicode);
}

StyledLine StageHead(const RenderProgress& progress, RenderStage stage, const Columns& columns) {
  const StageTiming timing = progress.timing(stage);
  StyledLine line;
  if (!timing.started) {
    line.Add(columns.glyphs.waiting, Style::kDim).Add(" ").Add(StageName(stage), Style::kDim);
  } else if (!timing.ended) {
    line.Add(columns.glyphs.running, Style::kBusy).Add(" ").Add(StageName(stage), Style::kBold);
  } else if (progress.failed() && progress.stage() == stage) {
    line.Add(columns.glyphs.failed, Style::kBad).Add(" ").Add(StageName(stage), Style::kBold);
  } else {
    line.Add(columns.glyphs.done, Style::kGood).Add(" ").Add(StageName(stage));
  }
  return line;
}

std::string StageTime(const RenderProgress& progress, RenderStage stage, TimePoint now,
                      const Columns& columns) {
  const StageTiming timing = progress.timing(stage);
  if (!timing.started) return "";
  return TimeText(progress.Elapsed(stage, now), timing.ended.has_value(), columns);
}

std::string StageDetail(const RenderProgress& progress, RenderStage stage, TimePoint now,
                        const Columns& columns, std::size_t room) {
  if (stage == RenderStage::kPlan && progress.planned()) {
    const std::string frames = Counted(progress.total_frames(), "frame");
    return Fitting(
        {PlanText(progress, columns.unicode),
         fmt::format("{} in {}", frames,
                     Counted(static_cast<std::int64_t>(progress.chunks().size()), "chunk")),
         frames},
        columns, room);
  }
  if (stage == RenderStage::kChunks && progress.timing(stage).ended) {
    const std::int64_t done = progress.frames_done();
    if (done < progress.total_frames()) {
      return Fitting({fmt::format("{} of {} frames", done, progress.total_frames()),
                      fmt::format("{}/{}", done, progress.total_frames())},
                     columns, room);
    }
    const auto ms = std::max<std::int64_t>(1, progress.Elapsed(stage, now).count());
    const std::string speed =
        FormatSpeed(static_cast<double>(done) * 1000 / static_cast<double>(ms));
    return Fitting({fmt::format("{} at {} frames/s", Counted(done, "frame"), speed),
                    fmt::format("{} frames/s", speed)},
                   columns, room);
  }
  return "";
}

StyledLine StageLine(const RenderProgress& progress, RenderStage stage, TimePoint now,
                     const Columns& columns) {
  StyledLine line = StageHead(progress, stage, columns);
  const std::string time = StageTime(progress, stage, now, columns);
  const std::size_t taken = kBarColumn + std::max(columns.time, DisplayWidth(time)) + 1;
  const std::size_t room = columns.width > taken ? columns.width - taken : 0;
  const std::string detail = StageDetail(progress, stage, now, columns, room);
  if (!detail.empty()) line.PadTo(kBarColumn).Add(detail, Style::kDim);
  AddRight(line, time, columns.width, Style::kPlain);
  return line;
}

StyledLine RunningChunksLine(const RenderProgress& progress, TimePoint now,
                             const Columns& columns) {
  StyledLine line = StageHead(progress, RenderStage::kChunks, columns);
  const std::int64_t done = progress.frames_done();
  AddBar(line, columns, done, progress.total_frames(), Style::kBusy);
  const std::int64_t percent =
      progress.total_frames() > 0 ? done * 100 / progress.total_frames() : 0;
  AddRight(line, fmt::format("{}%", percent), columns.count_column() + columns.count, Style::kBold);
  AddRight(line, StageTime(progress, RenderStage::kChunks, now, columns), columns.width,
           Style::kPlain);
  return line;
}

StyledLine SpeedLine(const RenderProgress& progress, const Columns& columns) {
  StyledLine line;
  line.PadTo(kBarColumn);
  const std::size_t room = columns.width > kBarColumn ? columns.width - kBarColumn : 0;
  if (progress.stopping()) {
    return std::move(line.Add(Fitting({"stopping; Ctrl-C once more stops at once",
                                       "stopping (again: at once)", "stopping"},
                                      columns, room),
                              Style::kWarning));
  }
  const std::int64_t done = progress.frames_done();
  const std::string frames = fmt::format("{} of {} frames", done, progress.total_frames());
  const std::string_view dot = columns.glyphs.separator;
  const std::optional<double> speed = progress.speed().speed();
  const auto remaining = progress.speed().TimeFor(progress.total_frames() - done);
  std::string text;
  if (speed && remaining) {
    const std::string at = FormatSpeed(*speed) + " frames/s";
    const std::string left = FormatRemaining(*remaining) + " left";
    text = Fitting({fmt::format("{}{}{}{}about {}", frames, dot, at, dot, left),
                    fmt::format("{}{}{}", at, dot, left),
                    fmt::format("{}/s{}{}", FormatSpeed(*speed), dot, left), left},
                   columns, room);
  } else {
    text = Fitting({frames, fmt::format("{}/{}", done, progress.total_frames())}, columns, room);
  }
  return std::move(line.Add(text, Style::kDim));
}

StyledLine ChunkRow(const ChunkProgress& chunk, TimePoint now, const Columns& columns) {
  StyledLine line;
  const bool running = chunk.state == ChunkState::kRunning;
  const bool stalled = running && chunk.idle.has_value();
  AddRight(line, fmt::format("{}", chunk.slice.index), kBarColumn - 1,
           running ? Style::kPlain : Style::kDim);
  const Style bar_style = stalled                            ? Style::kWarning
                          : chunk.state == ChunkState::kDone ? Style::kGood
                                                             : Style::kBusy;
  AddBar(line, columns, chunk.frames_done, chunk.slice.frames(), bar_style);
  AddRight(line, fmt::format("{}/{}", chunk.frames_done, chunk.slice.frames()),
           columns.count_column() + columns.count, running ? Style::kPlain : Style::kDim);

  const bool again = chunk.attempt > 1 && chunk.state != ChunkState::kDone;
  std::string time;
  if (stalled) {
    time = "stalled";
  } else if (chunk.state == ChunkState::kWaiting) {
    time = again ? "again" : "";
  } else {
    const bool over = chunk.state == ChunkState::kDone;
    time = TimeText(std::chrono::duration_cast<std::chrono::milliseconds>(
                        (over ? chunk.ended : now) - chunk.started),
                    over, columns);
  }
  if (columns.note > 0 && stalled) {
    line.PadTo(columns.count_column() + columns.count + 1);
    line.Add(Shortened(fmt::format("{} idle", FormatDuration(*chunk.idle)), columns.note,
                       columns.unicode),
             Style::kWarning);
  } else if (columns.note > 0 && again && running) {
    line.PadTo(columns.count_column() + columns.count + 1);
    line.Add(fmt::format("attempt {}", chunk.attempt), Style::kWarning);
  }
  AddRight(line, time, columns.width, stalled ? Style::kWarning : Style::kDim);
  return line;
}

StyledLine CountsLine(const RenderProgress& progress, std::size_t hidden, const Columns& columns) {
  const std::string_view dot = columns.glyphs.separator;
  const int done = progress.CountOf(ChunkState::kDone);
  const int running = progress.CountOf(ChunkState::kRunning);
  const int waiting = progress.CountOf(ChunkState::kWaiting);
  const std::size_t room = columns.width > kBarColumn ? columns.width - kBarColumn : 0;
  const std::string counts =
      fmt::format("{} done{}{} running{}{} waiting", done, dot, running, dot, waiting);
  const std::string more = hidden > 0 ? fmt::format("{} more running{}", hidden, dot) : "";
  const std::string text =
      Fitting({more + fmt::format("{} of {} chunks done{}{} waiting", done,
                                  progress.chunks().size(), dot, waiting),
               counts, fmt::format("{} of {} done", done, progress.chunks().size())},
              columns, room);
  StyledLine line;
  line.PadTo(kBarColumn).Add(text, Style::kDim);
  return line;
}

// All chunks when they are few and fit, else those at work and a count of the rest.
std::vector<StyledLine> ChunkRows(const RenderProgress& progress, TimePoint now,
                                  const Columns& columns, std::size_t room) {
  std::vector<StyledLine> rows;
  const std::vector<ChunkProgress>& chunks = progress.chunks();
  if (room == 0 || columns.bar < 4) return rows;
  if (chunks.size() <= std::min(room, kMostChunksShownWhole)) {
    for (const ChunkProgress& chunk : chunks) rows.push_back(ChunkRow(chunk, now, columns));
    return rows;
  }
  const std::size_t most = std::min(room - 1, kMostChunkRows);
  std::size_t running = 0;
  for (const ChunkProgress& chunk : chunks) {
    if (chunk.state != ChunkState::kRunning) continue;
    ++running;
    if (rows.size() < most) rows.push_back(ChunkRow(chunk, now, columns));
  }
  rows.push_back(CountsLine(progress, running - rows.size(), columns));
  return rows;
}

}  // namespace

std::string PlanText(const RenderProgress& progress, bool unicode) {
  return fmt::format("{} in {}, {}{}{} at {} fps", Counted(progress.total_frames(), "frame"),
                     Counted(static_cast<std::int64_t>(progress.chunks().size()), "chunk"),
                     progress.width(), unicode ? "×" : "x", progress.height(),
                     FormatRate(progress.rate()));
}

std::vector<StyledLine> LayOutProgress(const RenderProgress& progress, TimePoint now,
                                       const LayoutSize& size) {
  const Columns columns(progress, size);
  const std::size_t most = size.rows > 1 ? size.rows - 1 : 1;
  const bool in_chunks = progress.stage() == RenderStage::kChunks && progress.planned() &&
                         !progress.timing(RenderStage::kChunks).ended;
  std::vector<StyledLine> lines;
  if (!in_chunks) {
    for (const RenderStage stage : kTimedStages) {
      lines.push_back(StageLine(progress, stage, now, columns));
    }
    if (progress.stopping()) lines.push_back(SpeedLine(progress, columns));
  } else {
    constexpr std::size_t kOthers = 4;  // plan, chunks, speed, assemble
    lines.push_back(StageLine(progress, RenderStage::kPlan, now, columns));
    lines.push_back(RunningChunksLine(progress, now, columns));
    lines.push_back(SpeedLine(progress, columns));
    for (StyledLine& row : ChunkRows(progress, now, columns, most > kOthers ? most - kOthers : 0)) {
      lines.push_back(std::move(row));
    }
    lines.push_back(StageLine(progress, RenderStage::kAssemble, now, columns));
    // A terminal of a few rows: what is running now is worth most.
    if (lines.size() > most) lines.pop_back();
    if (lines.size() > most) lines.erase(lines.begin());
  }
  if (lines.size() > most) lines.resize(most);
  for (StyledLine& line : lines) line.CutTo(columns.width);
  return lines;
}

std::vector<StyledLine> LayOutEnd(const RenderProgress& progress, TimePoint now,
                                  const LayoutSize& size) {
  const Columns columns(progress, size);
  std::vector<StyledLine> lines;
  for (const RenderStage stage : kTimedStages) {
    if (!progress.timing(stage).started) continue;
    lines.push_back(std::move(StageLine(progress, stage, now, columns).CutTo(columns.width)));
  }
  return lines;
}

}  // namespace hyperlocal::cli
