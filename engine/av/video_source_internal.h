#pragma once

#include <filesystem>

#include "engine/av/libav_handles_internal.h"
#include "engine/error/result.h"

namespace hyperlocal {

// A media file, opened for reading, and its first video stream.
struct VideoSource {
  DemuxerHandle demuxer;
  AVStream* stream = nullptr;  // belongs to the demuxer
};

// Errors: kNoInput (no such file), kMedia (not media, or no video in it).
Result<VideoSource> OpenVideoSource(const std::filesystem::path& file);

}  // namespace hyperlocal
