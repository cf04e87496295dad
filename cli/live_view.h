#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/console.h"
#include "cli/progress_view.h"
#include "cli/styled_line.h"

namespace hyperlocal::cli {

// Progress as a picture at the foot of a terminal, redrawn in place ten times a second; warnings
// scroll past above it. A redraw is one string, for one write: it moves up to the picture's first
// line, overwrites line by line and clears what is left over, so that nothing flickers and nothing
// piles up in the scroll-back.
//
// When the width changes, terminals that wrap long lines anew have moved the picture; how many rows
// it takes now follows from the widths of its lines.
class LiveView : public ProgressView {
 public:
  struct Options {
    std::function<TerminalSize()> size;  // asked before every redraw
    std::function<bool()> take_resumed;  // see Console::TakeResumed
    bool color = true;
    bool unicode = true;
  };
  explicit LiveView(Options options) : options_(std::move(options)) {}

  std::string Update(const std::vector<RenderEvent>& events, const RenderProgress& progress,
                     TimePoint now) override;
  std::string End(const RenderProgress& progress, TimePoint now) override;
  std::chrono::milliseconds Period() const override { return std::chrono::milliseconds(100); }
  bool WakesOnEvent() const override { return false; }

 private:
  // Warnings, except a stall that was told before: its chunk's row goes on saying so.
  bool IsNews(const RenderEvent& event);
  std::string Messages(const std::vector<RenderEvent>& events, const RenderProgress& progress);
  // To the picture's first column and line.
  std::string MoveToTop(const TerminalSize& size) const;

  Options options_;
  std::vector<StyledLine> drawn_;  // the cursor stands at the first column of the last one
  std::string last_picture_;
  TerminalSize last_size_;
  std::map<int, std::int64_t> stalled_;  // chunk → the frame at which its stall was told
  int messages_shown_ = 0;
  int messages_hidden_ = 0;
};

}  // namespace hyperlocal::cli
