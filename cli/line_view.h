#pragma once

#include <optional>

#include "cli/progress_view.h"

namespace hyperlocal::cli {

// Progress as plain lines, for a pipe, a log or a terminal that cannot be painted: one for each
// stage and chunk event, and one at least every five seconds. At kDebug also the frames of each
// chunk, once a second. Below kInfo only warnings, and silence between them.
class LineView : public ProgressView {
 public:
  struct Options {
    LogLevel level = LogLevel::kInfo;
    bool color = false;
    bool unicode = false;
  };
  explicit LineView(const Options& options) : options_(options) {}

  std::string Update(const std::vector<RenderEvent>& events, const RenderProgress& progress,
                     TimePoint now) override;
  std::string End(const RenderProgress&, TimePoint) override { return ""; }
  // Half a second between two looks and four seconds of silence are less than five.
  std::chrono::milliseconds Period() const override { return std::chrono::milliseconds(500); }
  bool WakesOnEvent() const override { return true; }

 private:
  std::string Line(const RenderProgress& progress, TimePoint at, LogLevel level,
                   const std::string& text) const;

  Options options_;
  std::optional<TimePoint> last_line_;
  std::optional<TimePoint> last_detail_;
  std::int64_t last_frames_ = 0;
};

}  // namespace hyperlocal::cli
