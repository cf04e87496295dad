#include "engine/av/video_writer.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "engine/av/container_internal.h"
#include "engine/av/libav_handles_internal.h"
#include "engine/av/output_file_internal.h"
#include "engine/av/picture_encoder_internal.h"
#include "engine/frame/paste.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

constexpr Container ContainerOf(VideoEncoder encoder) {
  switch (encoder) {
    case VideoEncoder::kVp9:
      return kWebmContainer;
    case VideoEncoder::kProRes:
      return kMovContainer;
    default:
      return kMp4Container;
  }
}

Status CheckSettings(const VideoSettings& settings) {
  if (settings.width < 2 || settings.height < 2 || settings.width % 2 != 0 ||
      settings.height % 2 != 0) {
    return Error{ErrorCode::kMedia, "a 4:2:0 video needs an even width and height, not " +
                                        std::to_string(settings.width) + "x" +
                                        std::to_string(settings.height)};
  }
  if (settings.rate.num < 1 || settings.rate.den < 1) {
    return Error{ErrorCode::kMedia, "the frame rate must be positive"};
  }
  if (settings.gop_size < 1 || settings.gop_size > INT32_MAX) {
    return Error{ErrorCode::kMedia, "gop_size must be at least one frame"};
  }
  return Ok();
}

Result<std::unique_ptr<PictureEncoder>> OpenPictureEncoder(const VideoSettings& settings) {
  switch (settings.encoder) {
    case VideoEncoder::kX264:
    case VideoEncoder::kX265:
      return OpenX26xEncoder(settings);
    case VideoEncoder::kVp9:
      return OpenVp9Encoder(settings);
    case VideoEncoder::kProRes:
      return OpenProResEncoder(settings);
  }
  return Error{ErrorCode::kInternal, "an encoder that VideoWriter does not know"};
}

class LibavVideoWriter final : public VideoWriter {
 public:
  LibavVideoWriter(VideoSettings settings, std::string name, std::unique_ptr<OutputFile> file,
                   std::unique_ptr<PictureEncoder> encoder, MuxerHandle muxer)
      : settings_(std::move(settings)),
        name_(std::move(name)),
        file_(std::move(file)),
        encoder_(std::move(encoder)),
        muxer_(std::move(muxer)) {}

  Status Write(const Frame& frame) override {
    CaptureLibavMessages();
    if (finished_) return Error{ErrorCode::kInternal, name_ + ": written to after Finish"};
    if (frame.width != settings_.width || frame.height != settings_.height ||
        frame.pixels.size() != frame.row_bytes() * static_cast<std::size_t>(frame.height)) {
      return Error{ErrorCode::kMedia,
                   "frame " + std::to_string(frames_) + " of " + name_ + " is " +
                       std::to_string(frame.width) + "x" + std::to_string(frame.height) + " with " +
                       std::to_string(frame.pixels.size()) + " bytes; the video is " +
                       std::to_string(settings_.width) + "x" + std::to_string(settings_.height)};
    }
    HYPERLOCAL_TRY_STATUS(encoder_->Take(frame));
    return EncodeTaken();
  }

  Status WriteAgain() override {
    CaptureLibavMessages();
    if (finished_ || frames_ == 0) {
      return Error{ErrorCode::kInternal, name_ + ": there is no frame to be written again"};
    }
    return EncodeTaken();
  }

  Status WritePart(const Frame& part, const PixelRectangle& place) override {
    CaptureLibavMessages();
    if (finished_ || frames_ == 0) {
      return Error{ErrorCode::kInternal, name_ + ": there is no frame to put a part into"};
    }
    const bool even =
        place.left % 2 == 0 && place.top % 2 == 0 && place.right % 2 == 0 && place.bottom % 2 == 0;
    if (!even || !Fits(part, place, settings_.width, settings_.height)) {
      return Error{
          ErrorCode::kMedia,
          fmt::format("frame {} of {}: {}x{} pixels do not fit into {},{} to {},{} of {}x{}",
                      frames_, name_, part.width, part.height, place.left, place.top, place.right,
                      place.bottom, settings_.width, settings_.height)};
    }
    HYPERLOCAL_TRY_STATUS(encoder_->TakePart(part, place));
    return EncodeTaken();
  }

  Result<std::int64_t> Finish() override {
    CaptureLibavMessages();
    if (finished_) return Error{ErrorCode::kInternal, name_ + ": finished twice"};
    finished_ = true;
    if (frames_ == 0) {
      return Error{ErrorCode::kMedia, name_ + ": a video needs at least one frame"};
    }
    const WorkSpan span(WorkKind::kEncode, "flush");
    HYPERLOCAL_TRY_STATUS(encoder_->Flush(sink_));
    if (packets_ != frames_) {
      return Error{ErrorCode::kMedia, name_ + ": the encoder made " + std::to_string(packets_) +
                                          " packets of " + std::to_string(frames_) + " frames"};
    }
    if (const int code = av_write_trailer(muxer_.get()); code < 0) return WriteError(code);
    HYPERLOCAL_TRY([[maybe_unused]] const std::int64_t size, file_->Commit());
    return frames_;
  }

 private:
  Status EncodeTaken() {
    const WorkSpan span(WorkKind::kEncode, "frame");
    HYPERLOCAL_TRY_STATUS(encoder_->Encode(frames_, sink_));
    ++frames_;
    return Ok();
  }

  Status Mux(AVPacket& packet) {
    const AVStream* stream = muxer_->streams[0];
    av_packet_rescale_ts(&packet, AVRational{settings_.rate.den, settings_.rate.num},
                         stream->time_base);
    packet.stream_index = 0;
    int code = av_write_frame(muxer_.get(), &packet);
    av_packet_unref(&packet);
    // The muxer may have left a failed write in the buffer's error.
    if (code >= 0) code = file_->io()->error;
    if (code < 0) return WriteError(code);
    ++packets_;
    return Ok();
  }

  Error WriteError(int code) const { return LibavError(code, "writing " + name_, ErrorCode::kIo); }

  VideoSettings settings_;
  std::string name_;
  // Members end in the reverse order: the muxer before the file it writes to.
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<PictureEncoder> encoder_;
  MuxerHandle muxer_;
  const PictureEncoder::PacketSink sink_ = [this](AVPacket& packet) { return Mux(packet); };
  std::int64_t frames_ = 0;
  std::int64_t packets_ = 0;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<VideoWriter>> VideoWriter::Create(const std::filesystem::path& file,
                                                         const VideoSettings& settings) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY_STATUS(CheckSettings(settings));
  HYPERLOCAL_TRY(std::unique_ptr<PictureEncoder> encoder, OpenPictureEncoder(settings));
  HYPERLOCAL_TRY(std::unique_ptr<OutputFile> output, OutputFile::Create(file));
  const Container container = ContainerOf(settings.encoder);
  HYPERLOCAL_TRY(MuxerHandle muxer,
                 OpenContainer(container, *output, encoder->parameters(), settings.rate));
  if (settings.encoder == VideoEncoder::kVp9) PromiseAlpha(*muxer->streams[0]);
  HYPERLOCAL_TRY_STATUS(WriteHeader(container, *muxer, {}));
  return std::unique_ptr<VideoWriter>(std::make_unique<LibavVideoWriter>(
      settings, file.string(), std::move(output), std::move(encoder), std::move(muxer)));
}

}  // namespace hyperlocal
