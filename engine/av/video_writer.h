#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// What decides the bytes of one encoded chunk. Nothing here depends on the machine: the encoder's thread count is
// a constant of video_writer.cc.
struct VideoSettings {
  int width = 0;
  int height = 0;
  FrameRate rate;
  VideoCodec codec = VideoCodec::kH264;
  std::string preset = "medium";
  std::optional<int> crf;
  std::optional<std::string> bitrate;
  std::int64_t gop_size = 0;  // frames; at least as many as the file gets, so that it is one closed GOP
};

// Encodes frames into one mp4 file that is a single closed GOP with its headers repeated, so that several such
// files can be joined by copying packets. BT.709, limited range, converted with the BT.709 matrix and tagged so.
// Track timescale 90000, no B-frames.
//
// The file is written under a temporary name beside `file`; Finish() completes and renames it. A writer destroyed
// before a successful Finish() leaves nothing behind. One thread at a time.
class VideoWriter {
 public:
  // Errors: kFormatNotSupported (an encoder that this libav lacks), kCannotWrite, kMedia.
  static Result<std::unique_ptr<VideoWriter>> Create(const std::filesystem::path& file,
                                                     const VideoSettings& settings);
  virtual ~VideoWriter() = default;

  // The frame must have the settings' size. Errors: kMedia, kIo (a full disk).
  virtual Status Write(const Frame& frame) = 0;
  // Flushes the encoder, writes the index, syncs and renames. Returns the number of frames written.
  virtual Result<std::int64_t> Finish() = 0;
};

}  // namespace hyperlocal
