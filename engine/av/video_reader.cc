#include "engine/av/video_reader.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/video_source_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

class LibavVideoReader final : public VideoReader {
 public:
  LibavVideoReader(std::string name, VideoSource source, CodecHandle decoder)
      : name_(std::move(name)),
        source_(std::move(source)),
        decoder_(std::move(decoder)),
        packet_(av_packet_alloc()),
        picture_(av_frame_alloc()) {}

  Result<std::optional<Frame>> Next() override {
    CaptureLibavMessages();
    if (packet_ == nullptr || picture_ == nullptr) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    for (;;) {
      const int code = avcodec_receive_frame(decoder_.get(), picture_.get());
      if (code == AVERROR_EOF) return std::optional<Frame>();
      if (code == AVERROR(EAGAIN)) {
        HYPERLOCAL_TRY_STATUS(Feed());
        continue;
      }
      if (code < 0) return LibavError(code, Doing());
      Result<Frame> frame = IsPlanarYuv(picture_->format) ? YuvToRgb(*picture_) : Rescale();
      av_frame_unref(picture_.get());
      if (!frame) return std::move(frame).error().WithContext(Doing());
      ++frames_;
      return std::optional<Frame>(std::move(*frame));
    }
  }

 private:
  std::string Doing() const { return "decoding frame " + std::to_string(frames_) + " of " + name_; }

  // Hands the decoder the next packet of the stream, or the end.
  Status Feed() {
    for (;;) {
      int code = av_read_frame(source_.demuxer.get(), packet_.get());
      if (code == AVERROR_EOF) {
        code = avcodec_send_packet(decoder_.get(), nullptr);
      } else if (code >= 0) {
        if (packet_->stream_index != source_.stream->index) {
          av_packet_unref(packet_.get());
          continue;
        }
        code = avcodec_send_packet(decoder_.get(), packet_.get());
        av_packet_unref(packet_.get());
      }
      if (code < 0) return LibavError(code, Doing());
      return Ok();
    }
  }

  // RGB in another order, palettes, grey, semi-planar and big-endian pictures.
  Result<Frame> Rescale() {
    const auto format = static_cast<AVPixelFormat>(picture_->format);
    scaler_.reset(sws_getCachedContext(
        scaler_.release(), picture_->width, picture_->height, format, picture_->width,
        picture_->height, AV_PIX_FMT_RGB24,
        SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP, nullptr, nullptr,
        nullptr));
    if (scaler_ == nullptr) {
      const char* name = av_get_pix_fmt_name(format);
      return Error{ErrorCode::kMedia, std::string("pixels of the format ") +
                                          (name == nullptr ? "unknown" : name) +
                                          " cannot be converted to RGB"};
    }
    const bool is_bt709 =
        picture_->colorspace == AVCOL_SPC_BT709 ||
        (picture_->colorspace == AVCOL_SPC_UNSPECIFIED && picture_->height >= 720);
    const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
    const bool is_rgb = (description->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0 ||
                        description->nb_components < 3;
    // Fails, harmlessly, for formats that have no matrix.
    sws_setColorspaceDetails(scaler_.get(),
                             sws_getCoefficients(is_bt709 ? SWS_CS_ITU709 : SWS_CS_ITU601),
                             is_rgb || picture_->color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    // swscale writes whole vectors past the end of a row: it gets a padded picture, not the packed
    // frame.
    FrameHandle rgb(av_frame_alloc());
    if (rgb == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    rgb->format = AV_PIX_FMT_RGB24;
    rgb->width = picture_->width;
    rgb->height = picture_->height;
    int code = av_frame_get_buffer(rgb.get(), 0);
    if (code >= 0) {
      code = sws_scale(scaler_.get(), picture_->data, picture_->linesize, 0, picture_->height,
                       rgb->data, rgb->linesize);
    }
    if (code < 0) return LibavError(code, "converting to RGB");
    Frame frame{.width = picture_->width,
                .height = picture_->height,
                .layout = PixelLayout::kRgb24,
                .pixels = {}};
    frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
    for (int row = 0; row < frame.height; ++row) {
      std::memcpy(frame.pixels.data() + static_cast<std::size_t>(row) * frame.row_bytes(),
                  rgb->data[0] + std::ptrdiff_t{row} * rgb->linesize[0], frame.row_bytes());
    }
    return frame;
  }

  std::string name_;
  VideoSource source_;
  CodecHandle decoder_;
  PacketHandle packet_;
  FrameHandle picture_;
  ScalerHandle scaler_;
  std::int64_t frames_ = 0;
};

}  // namespace

Result<std::unique_ptr<VideoReader>> VideoReader::Open(const std::filesystem::path& file) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY(VideoSource source, OpenVideoSource(file));
  const std::string doing = "opening " + file.string();
  const AVCodec* codec = avcodec_find_decoder(source.stream->codecpar->codec_id);
  if (codec == nullptr) {
    return Error{ErrorCode::kMedia, doing + ": this libavcodec cannot decode " +
                                        avcodec_get_name(source.stream->codecpar->codec_id)};
  }
  CodecHandle decoder(avcodec_alloc_context3(codec));
  if (decoder == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  int code = avcodec_parameters_to_context(decoder.get(), source.stream->codecpar);
  if (code >= 0) {
    decoder->pkt_timebase = source.stream->time_base;
    decoder->thread_count = 0;  // as many as there are cores: the pictures are the same
    code = avcodec_open2(decoder.get(), codec, nullptr);
  }
  if (code < 0) return LibavError(code, doing);
  return std::unique_ptr<VideoReader>(
      std::make_unique<LibavVideoReader>(file.string(), std::move(source), std::move(decoder)));
}

}  // namespace hyperlocal
