#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

struct JoinedVideo {
  std::int64_t frames = 0;
  std::int64_t file_size = 0;  // bytes
};

struct JoinOptions {
  // A video of any other length is an error; empty: any length.
  std::optional<std::int64_t> expected_frames = {};
  // The sound of the video, fitted to its length; needs expected_frames. Empty: none.
  std::filesystem::path audio = {};
  // Of the chunks and of the output: mp4, mov or webm.
  OutputFormat format = OutputFormat::kMp4;
};

// Joins chunk files, in order, into one by copying packets: timestamps are counted anew from the
// frame number, the container's and the stream's rates are exactly `rate`, the index comes first
// (not in a mov, which would be written twice for it). Written aside, synced, renamed: `output` is
// complete or untouched. Errors: kMissingPlanArtifact (no such chunk or sound), kMedia (chunks that
// do not fit together: size, codec or headers differ, one is cut off, the lengths do not add up;
// the message names the chunk), kCannotWrite, kIo.
Result<JoinedVideo> JoinVideos(std::span<const std::filesystem::path> chunks, FrameRate rate,
                               const std::filesystem::path& output,
                               const JoinOptions& options = {});

}  // namespace hyperlocal
