#pragma once

#include <cstddef>
#include <vector>

#include "cli/render_progress.h"
#include "cli/styled_line.h"

namespace hyperlocal::cli {

struct LayoutSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool unicode = true;  // else ASCII only
};

// The live picture of a render: the stages, under the running one its speed and a bar for each
// chunk (for those at work when there are many). No line is wider than columns - 1, so that no
// terminal wraps it, and there are fewer lines than rows, so that the first one never scrolls away.
// Pure: the same state at the same time is the same picture.
std::vector<StyledLine> LayOutProgress(const RenderProgress& progress, TimePoint now,
                                       const LayoutSize& size);

// What stays on the screen afterwards: the stages that were reached, with their times.
std::vector<StyledLine> LayOutEnd(const RenderProgress& progress, TimePoint now,
                                  const LayoutSize& size);

// "300 frames in 4 chunks, 1920×1080 at 30 fps".
std::string PlanText(const RenderProgress& progress, bool unicode);

}  // namespace hyperlocal::cli
