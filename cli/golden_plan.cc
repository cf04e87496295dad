#include "cli/golden_plan.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "cli/composition_config.h"
#include "cli/render_output.h"
#include "engine/assemble.h"
#include "engine/file/file_tree.h"
#include "engine/file/scratch_directory.h"
#include "engine/hash/sha256.h"
#include "engine/plan_project.h"
#include "engine/render_chunk.h"

namespace hyperlocal::cli {

namespace fs = std::filesystem;

Result<PlannedComposition> PlanComposition(const LocalRenderOptions& options,
                                           const fs::path& directory, BrowserSlot& slot) {
  PlannedComposition planned;
  PlanRequest request;
  request.project = options.project;
  request.plan_directory = directory;
  request.entry_file = options.entry_file;
  request.variables_json = options.variables_json;
  request.strict_variables = options.strict_variables;
  request.assets = options.assets;
  request.assets.on_answer = [&planned](const AssetAnswer& answer) {
    planned.answers.push_back(answer);
  };
  request.config_for = [&options](const CompositionFacts& facts) {
    return ConfigFor(options, facts);
  };
  HYPERLOCAL_TRY(planned.plan, PlanProject(request, slot));
  return planned;
}

Result<RenderedPlan> RenderPlan(const PlanDirectory& plan, const fs::path& output,
                                const fs::path& scratch, BrowserSlot& slot,
                                const CancellationToken& cancel) {
  HYPERLOCAL_TRY(const auto work, ScratchDirectory::Create("chunks", scratch));
  std::vector<fs::path> files;
  std::vector<std::vector<std::string>> hashes(plan.chunks.size());
  for (std::size_t i = 0; i < plan.chunks.size(); ++i) {
    files.push_back(work->path() / fmt::format("{:04}{}", i, FileExtension(plan.format)));
    RenderChunkOptions options;
    options.cancel = cancel;
    options.frame_hashes = &hashes[i];
    HYPERLOCAL_TRY([[maybe_unused]] const RenderedChunk chunk,
                   RenderChunk(plan, static_cast<int>(i), files.back(), slot, options));
  }
  HYPERLOCAL_TRY(const AssembledVideo video,
                 Assemble(plan, files, output, {.audio = plan.audio_file()}));
  const fs::path list = work->path() / "pictures.json";
  const FrameFacts facts{plan.output_width(), plan.output_height(), plan.fps, plan.format};
  HYPERLOCAL_TRY_STATUS(WriteFrameHashes(list, facts, hashes));
  RenderedPlan rendered{.output = output, .frames = video.frames, .sha256 = {}, .pictures = {}};
  HYPERLOCAL_TRY(rendered.pictures, Sha256HexOfFile(list));
  HYPERLOCAL_TRY(rendered.sha256, DigestOfOutput(output));
  return rendered;
}

Result<std::string> DigestOfOutput(const fs::path& output) {
  std::error_code ignored;
  if (!fs::is_directory(output, ignored)) return Sha256HexOfFile(output);
  HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(output));
  Sha256 sha;
  for (const TreeFile& file : files) {
    HYPERLOCAL_TRY(const std::string content, Sha256HexOfFile(output / file.path));
    sha.Update(file.path).Update(std::string_view("\0", 1)).Update(content).Update("\n");
  }
  return sha.HexDigest();
}

}  // namespace hyperlocal::cli
