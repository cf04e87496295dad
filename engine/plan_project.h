#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/browser/browser_slot.h"
#include "engine/composition/asset_sources.h"
#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

struct PlanRequest {
  std::filesystem::path project;
  std::filesystem::path plan_directory;  // made by the plan; must not exist or be empty
  std::string entry_file = "index.html";
  std::optional<std::string> variables_json;  // a JSON object, for the page
  // Variables that the composition does not declare, or declares otherwise, fail the plan instead of
  // being said; so do those that a composition gives to those inside it.
  bool strict_variables = false;
  // The validated config of the render, once it is known what the composition is: a caller that
  // leaves size or rate to the composition takes them from the facts (whose fps is 0/1 when the
  // composition declares none).
  std::function<Result<RenderConfig>(const CompositionFacts&)> config_for;
  std::chrono::milliseconds ready_timeout{30'000};
  AssetSources assets;  // where what the page asks for from outside may come from
  std::function<void(std::string_view line)> on_message;  // what the page said; may be empty
};

// Plans a render: copies the project into compiled/, opens it once, visits every clip boundary and
// records all that the page asked for from outside, then freezes the plan directory. A test card
// needs no browser. On failure the plan directory is left to the caller to remove. Errors:
// kNoInput, kInvalidComposition, kInvalidConfig, kAssetUnavailable, kFontFetchFailed,
// kFontFetchUnavailable, kVideoSourceUnrenderable, kNotMediaPayload, kVideoExtractionFailed,
// kInvalidVideoMetadata, kPageNotReady,
// kFormatNotSupported, kPlanTooLarge, kCannotWrite, kIo, and the browser's.
Result<PlanDirectory> PlanProject(const PlanRequest& request, BrowserSlot& slot);

// Frames of a duration: the nearest whole number when that is within a thousandth of a frame, else
// rounded up.
std::int64_t FramesOf(double duration_seconds, FrameRate rate);

}  // namespace hyperlocal
