#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "engine/av/video_writer.h"
#include "engine/error/result.h"

namespace hyperlocal {

// Videos as directories of pictures: frame_000001.png and so on, RGBA of 8 bits. A chunk is one,
// numbered from 1; so is the final output of the format png-sequence, with the sound beside its
// frames.

// Whether a directory of frames may take this name: nothing is there, or an empty directory, or one
// that holds nothing but the frames and the sound of an earlier render, which is replaced when the
// new one is complete. Error: kCannotWrite.
Status CheckFrameDirectory(const std::filesystem::path& directory);

// A writer that makes a PNG of each frame; one without alpha is made opaque. The directory is
// filled aside, beside its destination, and gets its name in Finish(). Errors: kCannotWrite, kIo.
Result<std::unique_ptr<VideoWriter>> CreateFrameDirectoryWriter(
    const std::filesystem::path& directory, int width, int height);

struct JoinedFrames {
  std::int64_t frames = 0;
  std::int64_t size = 0;  // bytes of all files
};

// Copies the frames of chunks, in order, into one directory with numbers that go on from chunk to
// chunk, and the sound file as "audio" with its own extension; empty: none. `expected` holds the
// number of frames of each chunk. The output is complete and on the disk, or as it was. Errors:
// kMissingPlanArtifact (no such chunk or sound), kMedia (a chunk that has another number of frames,
// or pictures of another size; the message names it), kCannotWrite, kIo.
Result<JoinedFrames> JoinFrameDirectories(std::span<const std::filesystem::path> chunks,
                                          std::span<const std::int64_t> expected, int width,
                                          int height, const std::filesystem::path& audio,
                                          const std::filesystem::path& output);

}  // namespace hyperlocal
