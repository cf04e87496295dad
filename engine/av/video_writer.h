#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// What makes packets of pictures; each has one container.
enum class VideoEncoder {
  kX264,    // mp4, 4:2:0
  kX265,    // mp4, 4:2:0
  kVp9,     // webm, 4:2:0 and a lossless plane of alpha
  kProRes,  // mov, ProRes 4444: 4:4:4 of ten bits and a lossless plane of alpha
};

// What decides the bytes of one encoded chunk. Nothing here depends on the machine: the encoders'
// thread counts are constants.
struct VideoSettings {
  int width = 0;
  int height = 0;
  FrameRate rate;
  VideoEncoder encoder = VideoEncoder::kX264;
  std::string preset = "medium";  // x264 and x265: ultrafast … placebo; VP9: good or realtime
  std::optional<int> crf;         // of x264, x265 and VP9; a ProRes profile has its own rate
  std::optional<std::string> bitrate;
  int vp9_cpu_used = 4;  // -8 (slow) to 8 (fast), as published
  std::int64_t gop_size =
      0;  // frames; at least as many as the file gets, so that it is one closed GOP
};

// Takes the frames of a chunk and makes its file (or directory, see frame_directory.h) of them.
// What is not finished leaves nothing behind. One thread at a time.
class VideoWriter {
 public:
  // Encodes into one file that is a single closed GOP and can be joined with others by copying
  // packets. BT.709, limited range, converted with the BT.709 matrix and tagged so; alpha is
  // straight, of full range, and kept bit for bit. Track timescale 90000 (webm: milliseconds), no
  // B-frames, no frames that are not shown.
  //
  // The file is written under a temporary name beside `file`; Finish() completes and renames it.
  // Errors: kFormatNotSupported (an encoder that this libav lacks), kCannotWrite, kMedia.
  static Result<std::unique_ptr<VideoWriter>> Create(const std::filesystem::path& file,
                                                     const VideoSettings& settings);
  virtual ~VideoWriter() = default;

  // The frame must have the settings' size; one without alpha is opaque. Errors: kMedia, kIo (a
  // full disk).
  virtual Status Write(const Frame& frame) = 0;
  // The frame that was written last, once more; there must be one. The same bytes, for less work.
  virtual Status WriteAgain() = 0;
  // The frame that was written last with `part` in this place; there must be one. The same bytes as
  // of the whole frame, for less work. For videos without alpha; the place begins and ends at even
  // pixels. Errors: kMedia (it does not fit), kIo.
  virtual Status WritePart(const Frame& part, const PixelRectangle& place) = 0;
  // Flushes the encoder, writes the index, syncs and renames. Returns the number of frames written.
  virtual Result<std::int64_t> Finish() = 0;
};

}  // namespace hyperlocal
