#include <string>
#include <utility>

#include "engine/av/picture_encoder_internal.h"
#include "engine/av/rgba_to_yuva_internal.h"

namespace hyperlocal {
namespace {

class ProResEncoder final : public PictureEncoder {
 public:
  ProResEncoder(CodecHandle encoder, FrameHandle picture, CodecParametersHandle parameters)
      : encoder_(std::move(encoder)),
        picture_(std::move(picture)),
        parameters_(std::move(parameters)) {}

  const AVCodecParameters& parameters() const override { return *parameters_; }

  Status Take(const Frame& frame) override {
    if (const int code = av_frame_make_writable(picture_.get()); code < 0) {
      return LibavError(code, "allocating a picture");
    }
    const auto plane = [this](int i) {
      return reinterpret_cast<std::uint16_t*>(picture_->data[i]);
    };
    RgbaToYuva444Bt709(frame, Yuva444Planes{.y = plane(0),
                                            .cb = plane(1),
                                            .cr = plane(2),
                                            .alpha = plane(3),
                                            .y_stride = picture_->linesize[0],
                                            .cb_stride = picture_->linesize[1],
                                            .cr_stride = picture_->linesize[2],
                                            .alpha_stride = picture_->linesize[3]});
    return Ok();
  }

  Status Encode(std::int64_t index, const PacketSink& sink) override {
    picture_->pts = index;
    return EncodePicture(*encoder_, picture_.get(), sink);
  }

  Status Flush(const PacketSink& sink) override { return EncodePicture(*encoder_, nullptr, sink); }

 private:
  CodecHandle encoder_;
  FrameHandle picture_;
  CodecParametersHandle parameters_;
};

}  // namespace

Result<std::unique_ptr<PictureEncoder>> OpenProResEncoder(const VideoSettings& settings) {
  HYPERLOCAL_TRY(CodecHandle encoder,
                 AllocateEncoder("prores_ks", AV_PIX_FMT_YUVA444P10LE, settings));
  // Every picture stands alone: the threads share out its slices, which come to the same bytes
  // however many there are.
  encoder->thread_type = FF_THREAD_SLICE;
  LibavOptions options;
  options.Set("profile", "4444");
  options.Set("vendor", "apl0");  // what editors expect to read there
  options.Set("alpha_bits", "16");
  HYPERLOCAL_TRY_STATUS(OpenEncoder(*encoder, options, "opening prores_ks"));
  HYPERLOCAL_TRY(FrameHandle picture, AllocatePicture(*encoder));
  HYPERLOCAL_TRY(CodecParametersHandle parameters, ParametersOf(*encoder));
  return std::unique_ptr<PictureEncoder>(std::make_unique<ProResEncoder>(
      std::move(encoder), std::move(picture), std::move(parameters)));
}

}  // namespace hyperlocal
