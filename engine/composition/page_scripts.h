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
// And the pictures of its source videos: below this, video-frames/ of the plan.
inline constexpr std::string_view kVideoFramesPath = "/__hyperlocal/video-frames/";

std::string_view VirtualTimeScript();
std::string_view MediaScript();
std::string_view MediaFactsScript();
std::string_view FontsScript();
std::string_view ClipWatchScript();
std::string_view DrawnElementsScript();
std::string_view WebGlQueueScript();
std::string_view BridgeScript();
std::string_view PageRuntimeScript();

// What runs in every document before any script of the page, in order. `variables_json`, a JSON
// object or empty, becomes window.__hfVariables. The page runtime rounds every time down to a frame
// of `fps`.
std::vector<std::string> ScriptsBeforeThePage(const std::string& variables_json, FrameRate fps);

// Gives every document the rules of a style sheet, before the first of its elements and in none of
// them: the page's own tree stays as it is.
std::string StyleSheetScript(std::string_view css);

// For formats with alpha, after those: the top document paints no background of its own, nor do the
// roots of compositions, as published. What an element sets on itself as important stays.
std::string_view TransparentBackgroundScript();

}  // namespace hyperlocal
