#pragma once

#include <string>

#include "cli/progress_view.h"
#include "cli/render_event.h"

namespace hyperlocal::cli {

// From this level on an event is shown.
LogLevel LevelOf(const RenderEvent& event);

// The event in words, without time or level: "chunk 2 done: 75 frames in 5.1 s (3 of 4 chunks)".
// May hold line feeds, when a page or Chrome said several lines.
std::string EventText(const RenderEvent& event, const RenderProgress& progress, bool unicode);

// "141 of 300 frames, 22.1 frames/s, about 7 s left"; shorter while the speed is unknown.
std::string FramesText(const RenderProgress& progress);

}  // namespace hyperlocal::cli
