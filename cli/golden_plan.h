#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/local_render.h"
#include "engine/browser/browser_slot.h"
#include "engine/cancellation.h"
#include "engine/composition/asset_sources.h"
#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal::cli {

// A plan as a render of `options` makes it, and how what lies outside of the project was answered.
struct PlannedComposition {
  PlanDirectory plan;
  std::vector<AssetAnswer> answers;
};
// `directory` must not exist or be empty; it is left to the caller to remove. Errors: those of
// PlanProject.
Result<PlannedComposition> PlanComposition(const LocalRenderOptions& options,
                                           const std::filesystem::path& directory,
                                           BrowserSlot& slot);

struct RenderedPlan {
  std::filesystem::path output;
  std::int64_t frames = 0;
  std::string sha256;    // of the output (DigestOfOutput)
  std::string pictures;  // digest of the list of all pictures before they were encoded
};
// Renders the chunks of a plan one after another in one browser and joins them: the bytes that
// every other way gives. `scratch` is an existing directory for what lies between; nothing stays in
// it. Errors: those of RenderChunk and Assemble.
Result<RenderedPlan> RenderPlan(const PlanDirectory& plan, const std::filesystem::path& output,
                                const std::filesystem::path& scratch, BrowserSlot& slot,
                                const CancellationToken& cancel);

// The SHA-256 of a file; of a directory, that of the names and contents of its files. Errors: kIo,
// kNoInput.
Result<std::string> DigestOfOutput(const std::filesystem::path& output);

}  // namespace hyperlocal::cli
