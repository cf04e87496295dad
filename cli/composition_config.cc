#include "cli/composition_config.h"

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/browser/browser_slot.h"
#include "engine/composition/declared_size.h"
#include "engine/composition/project.h"
#include "engine/composition/test_card.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "engine/plan_project.h"

namespace hyperlocal::cli {
namespace {

// Planned as far as the facts, and no further.
Result<CompositionFacts> FactsOfPage(const LocalRenderOptions& options,
                                     const CancellationToken& cancel) {
  HYPERLOCAL_TRY(const std::unique_ptr<ScratchDirectory> scratch,
                 ScratchDirectory::Create("survey"));
  BrowserSlot slot(cancel);
  std::optional<CompositionFacts> found;
  PlanRequest request;
  request.project = options.project;
  request.plan_directory = scratch->path() / "plan";
  request.entry_file = options.entry_file;
  request.variables_json = options.variables_json;
  request.assets = options.assets;
  request.config_for = [&found](const CompositionFacts& facts) -> Result<RenderConfig> {
    found = facts;
    return Error{ErrorCode::kCancelled, "the facts are all that is wanted"};
  };
  const auto planned = PlanProject(request, slot);
  if (found) return *found;
  return planned.error();
}

}  // namespace

Result<RenderConfig> ConfigFor(const LocalRenderOptions& options, const CompositionFacts& facts) {
  constexpr int kDefaultFps = 30;
  nlohmann::json config{{"format", WireName(options.format)},
                        {"quality", WireName(options.quality)}};
  const auto allowed = [](int fps) { return fps == 24 || fps == 30 || fps == 60; };
  config["fps"] = options.fps.value_or(allowed(facts.fps.num) ? facts.fps.num : kDefaultFps);
  int width = facts.width, height = facts.height;
  if (options.width && options.height) {
    width = *options.width;
    height = *options.height;
  } else if (options.width) {
    width = *options.width;
    height = static_cast<int>(std::lround(static_cast<double>(facts.height) * width / facts.width));
  } else if (options.height) {
    height = *options.height;
    width = static_cast<int>(std::lround(static_cast<double>(facts.width) * height / facts.height));
  }
  config["width"] = width;
  config["height"] = height;
  const auto set = [&config](const char* name, const auto& value) {
    if (value) config[name] = *value;
  };
  if (options.entry_file != "index.html") config["entryFile"] = options.entry_file;
  if (options.codec) config["codec"] = WireName(*options.codec);
  set("crf", options.crf);
  set("bitrate", options.bitrate);
  set("chunkSize", options.chunk_size);
  set("maxParallelChunks", options.max_parallel_chunks);
  set("targetChunkFrames", options.target_chunk_frames);
  if (options.strict) config["strictness"] = "strict";
  if (options.video_frame_format) config["videoFrameFormat"] = *options.video_frame_format;
  if (options.allow_system_fonts) config["rejectOnSystemFonts"] = false;
  if (options.output_resolution) {
    config["outputResolution"] = WireName(options.output_resolution->resolution);
    if (options.output_resolution->follows_orientation) {
      config["outputResolutionAspectAgnostic"] = true;
    }
  }
  if (options.variables_json) {
    HYPERLOCAL_TRY(config["variables"], ParseJson(*options.variables_json, "--variables"));
  }
  return ValidateRenderConfig(config);
}

Result<CompositionFacts> DeclaredFacts(const LocalRenderOptions& options,
                                       const CancellationToken& cancel) {
  HYPERLOCAL_TRY(const ProjectKind kind, DetectProjectKind(options.project, options.entry_file));
  CompositionFacts facts;
  if (kind == ProjectKind::kTestCard) {
    HYPERLOCAL_TRY(const TestCard card, ReadTestCard(options.project, options.entry_file));
    facts.width = card.width;
    facts.height = card.height;
    facts.fps = {card.fps, 1};
    return facts;
  }
  HYPERLOCAL_TRY(const std::string html, ReadWholeFile(options.project / options.entry_file));
  const DeclaredSize size = FindDeclaredSize(html);
  if (!size.declared) return FactsOfPage(options, cancel);
  facts.width = size.width;
  facts.height = size.height;
  facts.fps = {size.fps, 1};
  return facts;
}

}  // namespace hyperlocal::cli
