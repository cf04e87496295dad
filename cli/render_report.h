#pragma once

#include <string>

#include "cli/failure_report.h"
#include "cli/local_render.h"
#include "cli/render_monitor.h"
#include "cli/render_request.h"

namespace hyperlocal::cli {

// "Rendered 300 frames (10.0 s of video, 3.2 MB) in 21.4 s", and a line about what was kept.
std::string RenderSummary(const LocalRenderResult& result, bool color);

// The document of schema hyperlocal.render/1.
std::string RenderJson(const LocalRenderResult& result, const RenderRequest& request,
                       const RenderMonitor& monitor);

// Puts what the monitor saw beside the error: the stage, and the chunk and attempt when they are
// known.
FailureReport DescribeRenderFailure(const Error& error, const RenderRequest& request,
                                    const RenderMonitor& monitor, int signal);

}  // namespace hyperlocal::cli
