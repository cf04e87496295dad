#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "engine/av/picture_encoder_internal.h"
#include "engine/av/rgb_to_yuv_internal.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

// x264's, which are x265's too. Checked here because x264 complains of others on stderr.
constexpr std::array<std::string_view, 10> kPresets = {
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo"};

struct EncoderNames {
  const char* encoder;
  const char* params_option;
  const char* sei_units;  // the NAL unit types of supplemental information, for filter_units
};
constexpr EncoderNames NamesOf(VideoEncoder encoder) {
  return encoder == VideoEncoder::kX264 ? EncoderNames{"libx264", "x264-params", "6"}
                                        : EncoderNames{"libx265", "x265-params", "39|40"};
}

// x264's AVX-512 code gives other bytes now and then: one encode in six of a small film, once x265
// has run in the same process (build 164). Its AVX2 code gives the same bytes always, and as fast
// on 1080p.
std::string X264Instructions() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return ":asm=AVX2,FMA3,BMI2,LZCNT";
#endif
  return "";
}

std::string EncoderParams(const VideoSettings& settings) {
  const std::string gop = std::to_string(settings.gop_size);
  std::string params = "keyint=" + gop + ":min-keyint=" + gop +
                       ":scenecut=0:open-gop=0:repeat-headers=1:aq-mode=3"
                       ":colorprim=bt709:transfer=bt709:colormatrix=bt709";
  if (settings.preset != "ultrafast") params += ":aq-strength=0.8:deblock=1,1";
  if (settings.encoder == VideoEncoder::kX264) {
    params += ":range=tv:chromaloc=1" + X264Instructions();
  } else {
    // x265 takes its thread pool from the machine and writes its options into the stream unless
    // told otherwise.
    const std::string threads = std::to_string(kEncoderThreads);
    params += ":range=limited:chromaloc=1:info=0:log-level=none:pools=" + threads +
              ":frame-threads=" + threads;
  }
  return params;
}

// Takes the encoder's supplemental messages out of the stream: x264 writes its version and all its
// options (700 bytes) into every chunk, twice when headers are repeated. Decoders need none of it.
Result<BitstreamFilterHandle> OpenSeiRemover(const AVCodecContext& encoder, VideoEncoder kind) {
  const AVBitStreamFilter* filter = av_bsf_get_by_name("filter_units");
  if (filter == nullptr) {
    return Error{ErrorCode::kFormatNotSupported,
                 "this libavcodec has no filter_units bitstream filter"};
  }
  AVBSFContext* raw = nullptr;
  int code = av_bsf_alloc(filter, &raw);
  BitstreamFilterHandle context(raw);
  if (code >= 0) code = avcodec_parameters_from_context(context->par_in, &encoder);
  if (code >= 0) {
    context->time_base_in = encoder.time_base;
    code = av_opt_set(context->priv_data, "remove_types", NamesOf(kind).sei_units, 0);
  }
  if (code >= 0) code = av_bsf_init(context.get());
  if (code < 0) return LibavError(code, "preparing the encoder's output");
  return context;
}

class X26xEncoder final : public PictureEncoder {
 public:
  X26xEncoder(CodecHandle encoder, BitstreamFilterHandle filter, FrameHandle picture)
      : encoder_(std::move(encoder)), filter_(std::move(filter)), picture_(std::move(picture)) {}

  const AVCodecParameters& parameters() const override { return *filter_->par_out; }

  Status Take(const Frame& frame) override {
    return TakePart(frame, {0, 0, frame.width, frame.height});
  }

  Status TakePart(const Frame& part, const PixelRectangle& place) override {
    if (const int code = av_frame_make_writable(picture_.get()); code < 0) {
      return LibavError(code, "allocating a picture");
    }
    const WorkSpan span(WorkKind::kConvert, "RGB to 4:2:0");
    const auto at = [&](int plane, int subsampling) {
      return picture_->data[plane] + place.top / subsampling * picture_->linesize[plane] +
             place.left / subsampling;
    };
    RgbToYuv420Bt709(part, Yuv420Planes{.y = at(0, 1),
                                        .cb = at(1, 2),
                                        .cr = at(2, 2),
                                        .y_stride = picture_->linesize[0],
                                        .cb_stride = picture_->linesize[1],
                                        .cr_stride = picture_->linesize[2]});
    return Ok();
  }

  Status Encode(std::int64_t index, const PacketSink& sink) override {
    picture_->pts = index;
    return Push(picture_.get(), sink);
  }

  Status Flush(const PacketSink& sink) override { return Push(nullptr, sink); }

 private:
  Status Push(const AVFrame* picture, const PacketSink& sink) {
    return EncodePicture(*encoder_, picture, [&](AVPacket& packet) -> Status {
      int code = av_bsf_send_packet(filter_.get(), &packet);
      if (code >= 0) code = av_bsf_receive_packet(filter_.get(), &packet);
      if (code < 0) return LibavError(code, "preparing a packet");
      return sink(packet);
    });
  }

  CodecHandle encoder_;
  BitstreamFilterHandle filter_;
  FrameHandle picture_;
};

}  // namespace

Result<std::unique_ptr<PictureEncoder>> OpenX26xEncoder(const VideoSettings& settings) {
  if (std::find(kPresets.begin(), kPresets.end(), settings.preset) == kPresets.end()) {
    return Error{ErrorCode::kMedia, "there is no encoder preset \"" + settings.preset +
                                        "\"; presets run from ultrafast over medium to placebo"};
  }
  const EncoderNames names = NamesOf(settings.encoder);
  HYPERLOCAL_TRY(CodecHandle encoder, AllocateEncoder(names.encoder, AV_PIX_FMT_YUV420P, settings));
  encoder->thread_type = FF_THREAD_FRAME;
  if (settings.encoder == VideoEncoder::kX265) encoder->codec_tag = MKTAG('h', 'v', 'c', '1');
  LibavOptions options;
  options.Set("preset", settings.preset);
  options.Set(names.params_option, EncoderParams(settings));
  if (settings.bitrate.has_value()) {
    HYPERLOCAL_TRY(encoder->bit_rate, ParseBitrate(*settings.bitrate));
  } else {
    options.Set("crf", std::to_string(settings.crf.value_or(kDefaultCrf)));
  }
  HYPERLOCAL_TRY_STATUS(
      OpenEncoder(*encoder, options,
                  std::string("opening ") + names.encoder + " with preset " + settings.preset));
  HYPERLOCAL_TRY(BitstreamFilterHandle filter, OpenSeiRemover(*encoder, settings.encoder));
  HYPERLOCAL_TRY(FrameHandle picture, AllocatePicture(*encoder));
  return std::unique_ptr<PictureEncoder>(
      std::make_unique<X26xEncoder>(std::move(encoder), std::move(filter), std::move(picture)));
}

}  // namespace hyperlocal
