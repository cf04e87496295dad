#include "engine/assemble.h"

#include <fmt/format.h>

#include "engine/av/video_joiner.h"

namespace hyperlocal {

Result<AssembledVideo> Assemble(const PlanDirectory& plan,
                                std::span<const std::filesystem::path> chunks,
                                const std::filesystem::path& output) {
  if (chunks.size() != plan.chunks.size()) {
    return Error{
        ErrorCode::kMissingPlanArtifact,
        fmt::format("the plan has {} chunks, {} were given", plan.chunks.size(), chunks.size())};
  }
  HYPERLOCAL_TRY(const JoinedVideo joined, JoinVideos(chunks, plan.fps, plan.total_frames, output));
  return AssembledVideo{output, joined.frames, joined.file_size};
}

}  // namespace hyperlocal
