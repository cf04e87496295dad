#pragma once

#include <filesystem>

#include "engine/av/libav_handles_internal.h"
#include "engine/error/result.h"

namespace hyperlocal {

// A media file of a composition, opened for reading, and what the sources of pictures and of sound
// need of it.
struct MediaSource {
  DemuxerHandle demuxer;
  AVStream* video = nullptr;  // belong to the demuxer; null: there is none
  AVStream* audio = nullptr;

  // The file's own time 0, in its time stamps: players begin where the first stream does.
  double origin_seconds() const;
};

// Errors: kNoInput, kMedia, kIo.
Result<MediaSource> OpenMediaSource(const std::filesystem::path& file);

// A decoder of one of its streams; of VP8 and VP9 with alpha the one that decodes the alpha.
// Errors: kMedia.
Result<CodecHandle> OpenMediaDecoder(const AVStream& stream);

// Whether the pictures of a stream may be transparent.
bool MayHaveAlpha(const AVStream& stream);

double SecondsOf(std::int64_t time_stamp, AVRational time_base);
// Of a stream, as it says itself or as a tag of its file does; 0 when neither does.
double DurationOf(const AVStream& stream);

}  // namespace hyperlocal
