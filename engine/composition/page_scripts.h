#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/frame/frame.h"

namespace hyperlocal {

// Scripts that are part of this program: engine/composition/page/*.js and the published page
// runtime from npm, put into the binary when it is built.

// Where a page loads the runtime from; everything under /__hyperlocal/ is ours.
inline constexpr std::string_view kRuntimeScriptPath = "/__hyperlocal/runtime.js";

std::string_view VirtualTimeScript();
std::string_view BridgeScript();
std::string_view PageRuntimeScript();

// What runs in every document before any script of the page, in order. `variables_json`, a JSON
// object or empty, becomes window.__hfVariables. The page runtime rounds every time down to a frame
// of `fps`.
std::vector<std::string> ScriptsBeforeThePage(const std::string& variables_json, FrameRate fps);

}  // namespace hyperlocal
