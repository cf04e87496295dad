#include "engine/av/video_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/output_file_internal.h"
#include "engine/av/rgb_to_yuv_internal.h"

namespace hyperlocal {
namespace {

// Part of what decides the bytes: x264 and x265 split the picture's motion search by threads, so
// two thread counts give two files. Two, because a chunk is encoded beside a browser that fills the
// other cores: one thread would make the encoder the slowest stage of a preset like slow, more
// would only contend, and every further frame thread shortens the reach of motion vectors.
constexpr int kEncoderThreads = 2;
constexpr int kTrackTimescale = 90'000;
// What the published encoder takes when neither crf nor bitrate is given.
constexpr int kDefaultCrf = 23;

// x264's, which are x265's too. Checked here because x264 complains of others on stderr.
constexpr std::array<std::string_view, 10> kPresets = {
    "ultrafast", "superfast", "veryfast", "faster",   "fast",
    "medium",    "slow",      "slower",   "veryslow", "placebo"};

struct EncoderNames {
  const char* encoder;
  const char* params_option;
  const char* sei_units;  // the NAL unit types of supplemental information, for filter_units
};
constexpr EncoderNames NamesOf(VideoCodec codec) {
  return codec == VideoCodec::kH264 ? EncoderNames{"libx264", "x264-params", "6"}
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
  if (settings.codec == VideoCodec::kH264) {
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

// "4M" is 4000000, "800k" is 800000. The caller has checked the form (CONTRACT section 1).
Result<std::int64_t> ParseBitrate(const std::string& text) {
  char* rest = nullptr;
  double value = std::strtod(text.c_str(), &rest);
  const std::string unit(rest);
  if (unit == "k" || unit == "K") {
    value *= 1e3;
  } else if (unit == "m" || unit == "M") {
    value *= 1e6;
  } else if (!unit.empty()) {
    value = 0;
  }
  if (!(value >= 1) || value > 1e12) {
    return Error{ErrorCode::kMedia, "bitrate \"" + text + "\" is not a number of bits per second " +
                                        "like 800k or 4M"};
  }
  return static_cast<std::int64_t>(std::llround(value));
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
  if (std::find(kPresets.begin(), kPresets.end(), settings.preset) == kPresets.end()) {
    return Error{ErrorCode::kMedia, "there is no encoder preset \"" + settings.preset +
                                        "\"; presets run from ultrafast over medium to placebo"};
  }
  if (settings.gop_size < 1 || settings.gop_size > INT32_MAX) {
    return Error{ErrorCode::kMedia, "gop_size must be at least one frame"};
  }
  return Ok();
}

Result<CodecHandle> OpenEncoder(const VideoSettings& settings) {
  const EncoderNames names = NamesOf(settings.codec);
  const AVCodec* codec = avcodec_find_encoder_by_name(names.encoder);
  if (codec == nullptr) {
    return Error{ErrorCode::kFormatNotSupported, std::string("this libavcodec has no ") +
                                                     names.encoder +
                                                     "; install an FFmpeg that is built with it"};
  }
  CodecHandle context(avcodec_alloc_context3(codec));
  if (context == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  context->width = settings.width;
  context->height = settings.height;
  context->sample_aspect_ratio = AVRational{1, 1};
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  context->framerate = AVRational{settings.rate.num, settings.rate.den};
  context->time_base = av_inv_q(context->framerate);
  context->color_primaries = AVCOL_PRI_BT709;
  context->color_trc = AVCOL_TRC_BT709;
  context->colorspace = AVCOL_SPC_BT709;
  context->color_range = AVCOL_RANGE_MPEG;
  context->chroma_sample_location = AVCHROMA_LOC_CENTER;
  context->gop_size = static_cast<int>(settings.gop_size);
  context->keyint_min = context->gop_size;
  context->max_b_frames = 0;
  context->thread_count = kEncoderThreads;
  context->thread_type = FF_THREAD_FRAME;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  if (settings.codec == VideoCodec::kH265) context->codec_tag = MKTAG('h', 'v', 'c', '1');

  LibavOptions options;
  options.Set("preset", settings.preset);
  options.Set(names.params_option, EncoderParams(settings));
  if (settings.bitrate.has_value()) {
    HYPERLOCAL_TRY(context->bit_rate, ParseBitrate(*settings.bitrate));
  } else {
    options.Set("crf", std::to_string(settings.crf.value_or(kDefaultCrf)));
  }
  const std::string doing =
      std::string("opening ") + names.encoder + " with preset " + settings.preset;
  if (const int code = avcodec_open2(context.get(), codec, options.out()); code < 0) {
    return LibavError(code, doing);
  }
  if (const std::string unknown = options.Unknown(); !unknown.empty()) {
    return Error{ErrorCode::kMedia, doing + ": the encoder does not know " + unknown};
  }
  return context;
}

// Takes the encoder's supplemental messages out of the stream: x264 writes its version and all its
// options (700 bytes) into every chunk, twice when headers are repeated. Decoders need none of it.
Result<BitstreamFilterHandle> OpenSeiRemover(const AVCodecContext& encoder, VideoCodec codec) {
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
    code = av_opt_set(context->priv_data, "remove_types", NamesOf(codec).sei_units, 0);
  }
  if (code >= 0) code = av_bsf_init(context.get());
  if (code < 0) return LibavError(code, "preparing the encoder's output");
  return context;
}

Result<MuxerHandle> OpenMuxer(OutputFile& file, const BitstreamFilterHandle& filter,
                              FrameRate rate) {
  AVFormatContext* raw = nullptr;
  int code = avformat_alloc_output_context2(&raw, nullptr, "mp4", file.temporary_path().c_str());
  MuxerHandle muxer(raw);
  if (code < 0) return LibavError(code, "preparing an mp4 file");
  muxer->pb = file.io();
  muxer->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
  AVStream* stream = avformat_new_stream(muxer.get(), nullptr);
  if (stream == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  code = avcodec_parameters_copy(stream->codecpar, filter->par_out);
  if (code < 0) return LibavError(code, "preparing an mp4 file");
  stream->time_base = AVRational{1, kTrackTimescale};
  stream->avg_frame_rate = AVRational{rate.num, rate.den};
  stream->sample_aspect_ratio = AVRational{1, 1};
  LibavOptions options;
  // Durations in 1/90000 s too: the default of milliseconds rounds them. And no edit list: time
  // starts at 0, and a rounded edit would cut the last frame short.
  options.Set("video_track_timescale", std::to_string(kTrackTimescale));
  options.Set("movie_timescale", std::to_string(kTrackTimescale));
  options.Set("use_editlist", "0");
  code = avformat_write_header(muxer.get(), options.out());
  if (code < 0) return LibavError(code, "writing an mp4 header");
  if (const std::string unknown = options.Unknown(); !unknown.empty()) {
    return Error{ErrorCode::kMedia, "the mp4 muxer does not know " + unknown};
  }
  return muxer;
}

class LibavVideoWriter final : public VideoWriter {
 public:
  LibavVideoWriter(VideoSettings settings, std::string name, std::unique_ptr<OutputFile> file,
                   CodecHandle encoder, BitstreamFilterHandle filter, MuxerHandle muxer)
      : settings_(std::move(settings)),
        name_(std::move(name)),
        file_(std::move(file)),
        encoder_(std::move(encoder)),
        filter_(std::move(filter)),
        muxer_(std::move(muxer)) {}

  Status AllocatePicture() {
    picture_.reset(av_frame_alloc());
    packet_.reset(av_packet_alloc());
    if (picture_ == nullptr || packet_ == nullptr) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    picture_->format = AV_PIX_FMT_YUV420P;
    picture_->width = settings_.width;
    picture_->height = settings_.height;
    picture_->color_primaries = AVCOL_PRI_BT709;
    picture_->color_trc = AVCOL_TRC_BT709;
    picture_->colorspace = AVCOL_SPC_BT709;
    picture_->color_range = AVCOL_RANGE_MPEG;
    picture_->chroma_location = AVCHROMA_LOC_CENTER;
    const int code = av_frame_get_buffer(picture_.get(), 0);
    if (code < 0) return LibavError(code, "allocating a picture");
    return Ok();
  }

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
    if (const int code = av_frame_make_writable(picture_.get()); code < 0) {
      return LibavError(code, "allocating a picture");
    }
    RgbToYuv420Bt709(frame, Yuv420Planes{.y = picture_->data[0],
                                         .cb = picture_->data[1],
                                         .cr = picture_->data[2],
                                         .y_stride = picture_->linesize[0],
                                         .cb_stride = picture_->linesize[1],
                                         .cr_stride = picture_->linesize[2]});
    picture_->pts = frames_;
    HYPERLOCAL_TRY_STATUS(Encode(picture_.get()));
    ++frames_;
    return Ok();
  }

  Result<std::int64_t> Finish() override {
    CaptureLibavMessages();
    if (finished_) return Error{ErrorCode::kInternal, name_ + ": finished twice"};
    finished_ = true;
    if (frames_ == 0) {
      return Error{ErrorCode::kMedia, name_ + ": a video needs at least one frame"};
    }
    HYPERLOCAL_TRY_STATUS(Encode(nullptr));
    if (const int code = av_write_trailer(muxer_.get()); code < 0) return WriteError(code);
    HYPERLOCAL_TRY([[maybe_unused]] const std::int64_t size, file_->Commit());
    return frames_;
  }

 private:
  // Feeds one picture, or the end, and moves out what the encoder has ready.
  Status Encode(const AVFrame* picture) {
    if (const int code = avcodec_send_frame(encoder_.get(), picture); code < 0) {
      return LibavError(code, "encoding frame " + std::to_string(frames_) + " of " + name_);
    }
    for (;;) {
      const int code = avcodec_receive_packet(encoder_.get(), packet_.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return Ok();
      if (code < 0) return LibavError(code, "encoding " + name_);
      packet_->duration = 1;
      HYPERLOCAL_TRY_STATUS(Mux());
    }
  }

  Status Mux() {
    int code = av_bsf_send_packet(filter_.get(), packet_.get());
    if (code >= 0) code = av_bsf_receive_packet(filter_.get(), packet_.get());
    if (code < 0) return LibavError(code, "preparing a packet of " + name_);
    const AVStream* stream = muxer_->streams[0];
    av_packet_rescale_ts(packet_.get(), encoder_->time_base, stream->time_base);
    packet_->stream_index = 0;
    code = av_write_frame(muxer_.get(), packet_.get());
    av_packet_unref(packet_.get());
    // The muxer may have left a failed write in the buffer's error.
    if (code >= 0) code = file_->io()->error;
    if (code < 0) return WriteError(code);
    return Ok();
  }

  Error WriteError(int code) const { return LibavError(code, "writing " + name_, ErrorCode::kIo); }

  VideoSettings settings_;
  std::string name_;
  // Members end in the reverse order: the muxer before the file it writes to.
  std::unique_ptr<OutputFile> file_;
  CodecHandle encoder_;
  BitstreamFilterHandle filter_;
  MuxerHandle muxer_;
  FrameHandle picture_;
  PacketHandle packet_;
  std::int64_t frames_ = 0;
  bool finished_ = false;
};

}  // namespace

Result<std::unique_ptr<VideoWriter>> VideoWriter::Create(const std::filesystem::path& file,
                                                         const VideoSettings& settings) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY_STATUS(CheckSettings(settings));
  HYPERLOCAL_TRY(CodecHandle encoder, OpenEncoder(settings));
  HYPERLOCAL_TRY(BitstreamFilterHandle filter, OpenSeiRemover(*encoder, settings.codec));
  HYPERLOCAL_TRY(std::unique_ptr<OutputFile> output, OutputFile::Create(file));
  HYPERLOCAL_TRY(MuxerHandle muxer, OpenMuxer(*output, filter, settings.rate));
  auto writer =
      std::make_unique<LibavVideoWriter>(settings, file.string(), std::move(output),
                                         std::move(encoder), std::move(filter), std::move(muxer));
  HYPERLOCAL_TRY_STATUS(writer->AllocatePicture());
  return std::unique_ptr<VideoWriter>(std::move(writer));
}

}  // namespace hyperlocal
