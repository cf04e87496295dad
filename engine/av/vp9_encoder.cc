#include <cstring>
#include <deque>
#include <string>
#include <utility>

#include "engine/av/picture_encoder_internal.h"
#include "engine/av/rgba_to_yuva_internal.h"

namespace hyperlocal {
namespace {

constexpr int kNeutralChroma = 128;
// Behind this id a WebM player looks for the alpha of a block.
constexpr std::uint64_t kAlphaBlock = 1;

// Two VP9 streams: the colours, and the alpha as the luma of a second one that rides on the first
// one's packets as block additions, as WebM has it. libavcodec's encoder makes the two with the
// same settings; here the alpha has its own, and is lossless.
class Vp9Encoder final : public PictureEncoder {
 public:
  Vp9Encoder(CodecHandle color, FrameHandle color_picture, CodecHandle alpha,
             FrameHandle alpha_picture, CodecParametersHandle parameters)
      : color_(std::move(color)),
        color_picture_(std::move(color_picture)),
        alpha_(std::move(alpha)),
        alpha_picture_(std::move(alpha_picture)),
        parameters_(std::move(parameters)) {}

  const AVCodecParameters& parameters() const override { return *parameters_; }

  Status Take(const Frame& frame) override {
    if (av_frame_make_writable(color_picture_.get()) < 0 ||
        av_frame_make_writable(alpha_picture_.get()) < 0) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    RgbaToYuva420Bt709(frame, Yuva420Planes{.color = {.y = color_picture_->data[0],
                                                      .cb = color_picture_->data[1],
                                                      .cr = color_picture_->data[2],
                                                      .y_stride = color_picture_->linesize[0],
                                                      .cb_stride = color_picture_->linesize[1],
                                                      .cr_stride = color_picture_->linesize[2]},
                                            .alpha = alpha_picture_->data[0],
                                            .alpha_stride = alpha_picture_->linesize[0]});
    for (const int plane : {1, 2}) {
      std::memset(alpha_picture_->data[plane], kNeutralChroma,
                  static_cast<std::size_t>(alpha_picture_->linesize[plane]) *
                      static_cast<std::size_t>(alpha_picture_->height / 2));
    }
    return Ok();
  }

  Status Encode(std::int64_t index, const PacketSink& sink) override {
    color_picture_->pts = index;
    alpha_picture_->pts = index;
    return Push(color_picture_.get(), alpha_picture_.get(), sink);
  }

  Status Flush(const PacketSink& sink) override {
    HYPERLOCAL_TRY_STATUS(Push(nullptr, nullptr, sink));
    if (!colors_.empty() || !alphas_.empty()) {
      return Error{ErrorCode::kMedia, "VP9 gave more packets of colour than of alpha, or fewer"};
    }
    return Ok();
  }

 private:
  static PacketSink Into(std::deque<PacketHandle>& queue) {
    return [&queue](AVPacket& packet) -> Status {
      PacketHandle kept(av_packet_alloc());
      if (kept == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
      av_packet_move_ref(kept.get(), &packet);
      queue.push_back(std::move(kept));
      return Ok();
    };
  }

  // The two give their packets in the order of the frames, but not at the same time.
  Status Push(const AVFrame* color, const AVFrame* alpha, const PacketSink& sink) {
    HYPERLOCAL_TRY_STATUS(EncodePicture(*color_, color, Into(colors_)));
    HYPERLOCAL_TRY_STATUS(EncodePicture(*alpha_, alpha, Into(alphas_)));
    while (!colors_.empty() && !alphas_.empty()) {
      AVPacket& packet = *colors_.front();
      HYPERLOCAL_TRY_STATUS(Attach(packet, *alphas_.front()));
      HYPERLOCAL_TRY_STATUS(sink(packet));
      colors_.pop_front();
      alphas_.pop_front();
    }
    return Ok();
  }

  static Status Attach(AVPacket& packet, const AVPacket& alpha) {
    if (packet.pts != alpha.pts) {
      return Error{ErrorCode::kMedia, "VP9 left out a frame"};
    }
    std::uint8_t* addition =
        av_packet_new_side_data(&packet, AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL,
                                static_cast<std::size_t>(alpha.size) + sizeof(kAlphaBlock));
    if (addition == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    for (std::size_t i = 0; i < sizeof(kAlphaBlock); ++i) {
      addition[i] = static_cast<std::uint8_t>(kAlphaBlock >> (8 * (sizeof(kAlphaBlock) - 1 - i)));
    }
    std::memcpy(addition + sizeof(kAlphaBlock), alpha.data, static_cast<std::size_t>(alpha.size));
    return Ok();
  }

  CodecHandle color_;
  FrameHandle color_picture_;
  CodecHandle alpha_;
  FrameHandle alpha_picture_;
  CodecParametersHandle parameters_;
  std::deque<PacketHandle> colors_, alphas_;  // what waits for the other
};

// No alternate reference frames: they are never shown, and a chunk must be joined without them.
// Rows are not shared out to threads, because then the bytes hang on how many there are; columns of
// tiles are.
void SetCommonOptions(const VideoSettings& settings, LibavOptions& options) {
  options.Set("deadline", settings.preset);
  options.Set("cpu-used", std::to_string(settings.vp9_cpu_used));
  options.Set("row-mt", "0");
  options.Set("tile-columns", "1");
  options.Set("auto-alt-ref", "0");
}

}  // namespace

Result<std::unique_ptr<PictureEncoder>> OpenVp9Encoder(const VideoSettings& settings) {
  constexpr const char* kName = "libvpx-vp9";
  constexpr const char* kDoing = "opening libvpx-vp9";
  if (settings.preset != "good" && settings.preset != "realtime") {
    return Error{ErrorCode::kMedia, "there is no encoder preset \"" + settings.preset +
                                        "\" of VP9; there are good and realtime"};
  }
  HYPERLOCAL_TRY(CodecHandle color, AllocateEncoder(kName, AV_PIX_FMT_YUV420P, settings));
  LibavOptions color_options;
  SetCommonOptions(settings, color_options);
  // With a bit rate the crf is the quality that is not exceeded, as published.
  color_options.Set("crf", std::to_string(settings.crf.value_or(kDefaultCrf)));
  if (settings.bitrate) {
    HYPERLOCAL_TRY(color->bit_rate, ParseBitrate(*settings.bitrate));
  }
  HYPERLOCAL_TRY_STATUS(OpenEncoder(*color, color_options, kDoing));

  HYPERLOCAL_TRY(CodecHandle alpha, AllocateEncoder(kName, AV_PIX_FMT_YUV420P, settings));
  LibavOptions alpha_options;
  SetCommonOptions(settings, alpha_options);
  alpha_options.Set("lossless", "1");
  HYPERLOCAL_TRY_STATUS(OpenEncoder(*alpha, alpha_options, kDoing));

  HYPERLOCAL_TRY(FrameHandle color_picture, AllocatePicture(*color));
  HYPERLOCAL_TRY(FrameHandle alpha_picture, AllocatePicture(*alpha));
  HYPERLOCAL_TRY(CodecParametersHandle parameters, ParametersOf(*color));
  return std::unique_ptr<PictureEncoder>(
      std::make_unique<Vp9Encoder>(std::move(color), std::move(color_picture), std::move(alpha),
                                   std::move(alpha_picture), std::move(parameters)));
}

}  // namespace hyperlocal
