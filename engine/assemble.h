#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

struct AssembledVideo {
  std::filesystem::path output;
  std::int64_t frames = 0;
  std::int64_t file_size = 0;  // bytes, of all files of a png-sequence
};

struct AssembleOptions {
  // The sound of the video, padded with silence or cut to its length; beside the frames of a
  // png-sequence it is put as it is. Empty: none.
  std::filesystem::path audio = {};
  // The caller counts on a constant frame rate. What is joined here has one in any case: time
  // stamps are counted anew from the frame number. So this only refuses what the contract refuses.
  bool constant_rate = false;
};

// Joins the chunks of a plan, in order, into the final file by copying packets, or into the final
// directory by copying frames. `output` is complete or as it was before. Errors:
// kMissingPlanArtifact (a chunk too few or too many, or one that is not there), kMedia (the joined
// frames are not as many as planned; the sound cannot be read), kFormatNotSupported (constant_rate
// of anything but H.264 in mp4), kCannotWrite, kIo.
Result<AssembledVideo> Assemble(const PlanDirectory& plan,
                                std::span<const std::filesystem::path> chunks,
                                const std::filesystem::path& output,
                                const AssembleOptions& options = {});

}  // namespace hyperlocal
