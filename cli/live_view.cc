#include "cli/live_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/event_text.h"
#include "cli/progress_layout.h"

namespace hyperlocal::cli {
namespace {

constexpr std::string_view kClearToEndOfLine = "\x1b[K";
constexpr std::string_view kClearToEndOfScreen = "\x1b[J";

// A page that complains in every frame must not push everything else off the screen.
constexpr int kMostMessages = 20;

}  // namespace

bool LiveView::IsNews(const RenderEvent& event) {
  if (LevelOf(event) > LogLevel::kWarning) return false;
  if (event.kind != RenderEvent::Kind::kStall) return true;
  const auto [told, is_new] = stalled_.try_emplace(event.chunk, event.frame);
  if (!is_new && told->second == event.frame) return false;
  told->second = event.frame;
  return true;
}

std::string LiveView::Messages(const std::vector<RenderEvent>& events,
                               const RenderProgress& progress) {
  std::string text;
  for (const RenderEvent& event : events) {
    if (!IsNews(event)) continue;
    if (messages_shown_ == kMostMessages) {
      ++messages_hidden_;
      continue;
    }
    ++messages_shown_;
    std::string words = EventText(event, progress, options_.unicode);
    // Every line clears what the picture had there.
    for (std::size_t at = 0; (at = words.find('\n', at)) != std::string::npos; at += 5) {
      words.replace(at, 1, "\x1b[K\r\n  ");
    }
    StyledLine head;
    head.Add("warning: ", Style::kWarning);
    text += head.Render(options_.color) + words + std::string(kClearToEndOfLine) + "\r\n";
  }
  return text;
}

std::string LiveView::MoveToTop(const TerminalSize& size) const {
  if (drawn_.size() < 2) return "\r";
  std::size_t rows = 0;
  for (std::size_t i = 0; i + 1 < drawn_.size(); ++i) {
    const std::size_t width = std::max<std::size_t>(1, drawn_[i].width());
    rows += (width + size.columns - 1) / size.columns;
  }
  return fmt::format("\r\x1b[{}A", std::min(rows, size.rows));
}

std::string LiveView::Update(const std::vector<RenderEvent>& events, const RenderProgress& progress,
                             TimePoint now) {
  const TerminalSize size = options_.size();
  const bool resized = size != last_size_;
  last_size_ = size;
  if (options_.take_resumed()) {
    drawn_.clear();
    last_picture_.clear();
  }
  const std::string messages = Messages(events, progress);
  std::vector<StyledLine> lines =
      LayOutProgress(progress, now, {size.columns, size.rows, options_.unicode});

  std::string picture;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) picture += "\r\n";
    picture += lines[i].Render(options_.color);
    picture += kClearToEndOfLine;
  }
  if (picture == last_picture_ && messages.empty() && !resized) return "";

  std::string bytes = MoveToTop(size);
  if (resized) bytes += kClearToEndOfScreen;
  bytes += messages;
  bytes += picture;
  // With messages the picture ends lower than before, and only \x1b[J knows what is below it.
  bytes += kClearToEndOfScreen;
  bytes += '\r';
  drawn_ = std::move(lines);
  last_picture_ = std::move(picture);
  return bytes;
}

std::string LiveView::End(const RenderProgress& progress, TimePoint now) {
  const TerminalSize size = options_.size();
  if (options_.take_resumed()) drawn_.clear();
  std::string bytes = MoveToTop(size) + std::string(kClearToEndOfScreen);
  if (messages_hidden_ > 0) {
    bytes += fmt::format("{} more warnings are not shown; --log-level warning shows all\r\n",
                         messages_hidden_);
  }
  for (const StyledLine& line :
       LayOutEnd(progress, now, {size.columns, size.rows, options_.unicode})) {
    bytes += line.Render(options_.color) + "\r\n";
  }
  drawn_.clear();
  last_picture_.clear();
  return bytes;
}

}  // namespace hyperlocal::cli
