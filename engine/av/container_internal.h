#pragma once

#include "engine/av/libav_handles_internal.h"
#include "engine/av/output_file_internal.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// The files that videos come in, by libav's names.
struct Container {
  const char* muxer;
  const char* demuxer;
  bool is_mov_family;  // mp4 and mov
};
inline constexpr Container kMp4Container{"mp4", "mp4", true};
inline constexpr Container kMovContainer{"mov", "mov", true};
inline constexpr Container kWebmContainer{"webm", "webm", false};

inline constexpr int kTrackTimescale = 90'000;

// A muxer that writes into `file`, with its one video stream; the header is still to be written.
// Errors: kMedia, kInternal.
Result<MuxerHandle> OpenContainer(const Container& container, OutputFile& file,
                                  const AVCodecParameters& video, FrameRate rate);

// What makes a WebM player look for alpha in the blocks of a stream.
void PromiseAlpha(AVStream& stream);
bool PromisesAlpha(const AVStream& stream);

// Writes the header: exact times, no edit list unless sound needs one, and in a finished file the
// index first where the container can have it there. Error: kMedia, kIo.
struct HeaderOptions {
  bool has_sound = false;
  bool index_first = false;
};
Status WriteHeader(const Container& container, AVFormatContext& muxer,
                   const HeaderOptions& options);

}  // namespace hyperlocal
