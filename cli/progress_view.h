#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/render_event.h"
#include "cli/render_progress.h"

namespace hyperlocal::cli {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// Turns what happens into bytes for standard error. Pure but for its memory of what it wrote
// before: it looks at no clock and writes nothing itself. One thread at a time.
class ProgressView {
 public:
  virtual ~ProgressView() = default;
  // Called once a period and, when WakesOnEvent, soon after each event. `events` are new since the
  // last call and are already contained in `progress`. May return nothing.
  virtual std::string Update(const std::vector<RenderEvent>& events, const RenderProgress& progress,
                             TimePoint now) = 0;
  // The last bytes: nothing of it may be overwritten afterwards.
  virtual std::string End(const RenderProgress& progress, TimePoint now) = 0;

  virtual std::chrono::milliseconds Period() const = 0;
  virtual bool WakesOnEvent() const = 0;
};

}  // namespace hyperlocal::cli
