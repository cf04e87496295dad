#include "engine/assemble.h"

#include <fmt/format.h>

#include <vector>

#include "engine/av/frame_directory.h"
#include "engine/av/video_joiner.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

// What the published implementation re-encodes to a constant rate, and refuses to (CONTRACT
// section 6).
Status CheckConstantRate(const PlanDirectory& plan) {
  if (plan.format == OutputFormat::kMp4 && plan.locked.encoder == "libx264-software") return Ok();
  return Error{ErrorCode::kFormatNotSupported,
               fmt::format("a constant rate (cfr) is promised for H.264 in mp4 only; this plan is "
                           "for {} by {}",
                           WireName(plan.format), plan.locked.encoder)};
}

}  // namespace

Result<AssembledVideo> Assemble(const PlanDirectory& plan,
                                std::span<const std::filesystem::path> chunks,
                                const std::filesystem::path& output,
                                const AssembleOptions& options) {
  const WorkSpan span(WorkKind::kAssemble, "join the chunks");
  if (chunks.size() != plan.chunks.size()) {
    return Error{
        ErrorCode::kMissingPlanArtifact,
        fmt::format("the plan has {} chunks, {} were given", plan.chunks.size(), chunks.size())};
  }
  if (options.constant_rate) HYPERLOCAL_TRY_STATUS(CheckConstantRate(plan));
  if (plan.format == OutputFormat::kPngSequence) {
    std::vector<std::int64_t> lengths;
    for (const ChunkSlice& slice : plan.chunks) lengths.push_back(slice.frames());
    HYPERLOCAL_TRY(const JoinedFrames joined,
                   JoinFrameDirectories(chunks, lengths, plan.output_width(), plan.output_height(),
                                        options.audio, output));
    return AssembledVideo{output, joined.frames, joined.size};
  }
  HYPERLOCAL_TRY(
      const JoinedVideo joined,
      JoinVideos(chunks, plan.fps, output, {plan.total_frames, options.audio, plan.format}));
  return AssembledVideo{output, joined.frames, joined.file_size};
}

}  // namespace hyperlocal
