#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/video_writer.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// Frames in, packets out: what a VideoWriter puts into its container. Times are in frames. One
// thread at a time.
class PictureEncoder {
 public:
  // Gets the packets in the order of their frames, one a frame; may move their data out.
  using PacketSink = std::function<Status(AVPacket&)>;

  virtual ~PictureEncoder() = default;
  // Of the packets, for the muxer; known from the start. Belongs to the encoder.
  virtual const AVCodecParameters& parameters() const = 0;
  // Converts a frame to the picture that Encode takes, again and again if need be.
  virtual Status Take(const Frame& frame) = 0;
  // Converts no more than a part of it, which fits and begins and ends at even pixels; the rest is
  // as it was taken last.
  virtual Status TakePart(const Frame& part, const PixelRectangle& place);
  // `index` counts from 0. Hands on what is ready, which may be nothing yet.
  virtual Status Encode(std::int64_t index, const PacketSink& sink) = 0;
  // Hands on the rest.
  virtual Status Flush(const PacketSink& sink) = 0;
};

// Errors: kFormatNotSupported (this libav lacks the encoder), kMedia (settings that it does not
// take). The settings' sizes, rate and GOP have been checked.
Result<std::unique_ptr<PictureEncoder>> OpenX26xEncoder(const VideoSettings& settings);
Result<std::unique_ptr<PictureEncoder>> OpenVp9Encoder(const VideoSettings& settings);
Result<std::unique_ptr<PictureEncoder>> OpenProResEncoder(const VideoSettings& settings);

// Steps that the three share.

// How many threads an encoder gets. Part of what decides the bytes: x264 and x265 split the
// picture's motion search by threads, so two thread counts give two files. Two, because a chunk is
// encoded beside a browser that fills the other cores: one thread would make the encoder the
// slowest stage of a preset like slow, more would only contend, and every further frame thread
// shortens the reach of motion vectors.
inline constexpr int kEncoderThreads = 2;

// An encoder with the settings' size, rate and GOP and the colours of all our videos; not open yet.
Result<CodecHandle> AllocateEncoder(const char* name, AVPixelFormat pixels,
                                    const VideoSettings& settings);
// Opens it; an option that it does not know is an error. `doing` is for messages.
Status OpenEncoder(AVCodecContext& encoder, LibavOptions& options, std::string_view doing);
// Of an open encoder, for its muxer.
Result<CodecParametersHandle> ParametersOf(const AVCodecContext& encoder);
// A picture of the encoder's size, pixels and colours.
Result<FrameHandle> AllocatePicture(const AVCodecContext& encoder);
// Feeds one picture, or the end, and hands on what the encoder has ready.
Status EncodePicture(AVCodecContext& encoder, const AVFrame* picture,
                     const PictureEncoder::PacketSink& sink);

// "4M" is 4000000, "800k" is 800000. The caller has checked the form (CONTRACT section 1).
Result<std::int64_t> ParseBitrate(const std::string& text);

// What the published encoder takes when neither crf nor bitrate is given.
inline constexpr int kDefaultCrf = 23;

}  // namespace hyperlocal
