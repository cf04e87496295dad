#include "engine/av/plane_reader.h"

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/video_source_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

constexpr int kUntaggedIsBt709From = 720;  // lines, as VideoReader has it

const AVFrame& FrameOf(const PlanePicture& picture) {
  return *static_cast<const AVFrame*>(picture.owner.get());
}

// Whether every component has a plane of its own, in samples of one or two whole bytes.
bool IsTakenApart(const AVPixFmtDescriptor& format) {
  if ((format.flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BITSTREAM |
                       AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_HWACCEL)) != 0) {
    return false;
  }
  for (int i = 0; i < format.nb_components; ++i) {
    const AVComponentDescriptor& component = format.comp[i];
    if (component.depth < 8 || component.depth > 16 || component.shift != 0 ||
        component.depth != format.comp[0].depth || component.step != (component.depth + 7) / 8) {
      return false;
    }
    for (int j = 0; j < i; ++j) {
      if (format.comp[j].plane == component.plane) return false;
    }
  }
  return true;
}

// Whether the samples of an interleaved RGB or grey format can be moved to planes as they are.
// libswscale would pass them through a conversion, which changes some by one.
bool IsTakenApartExactly(const AVPixFmtDescriptor& format) {
  if ((format.flags & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_HWACCEL)) !=
      0) {
    return false;
  }
  if ((format.flags & AV_PIX_FMT_FLAG_RGB) == 0 && format.nb_components > 2) return false;
  for (int i = 0; i < format.nb_components; ++i) {
    const int depth = format.comp[i].depth;
    if ((depth != 8 && depth != 16) || depth != format.comp[0].depth) return false;
  }
  return true;
}

// The format of planes that IsTakenApartExactly's samples move to.
AVPixelFormat ExactlyTakenApart(const AVPixFmtDescriptor& format) {
  const bool wide = format.comp[0].depth > 8;
  if (format.nb_components == 1) return wide ? AV_PIX_FMT_GRAY16 : AV_PIX_FMT_GRAY8;
  if ((format.flags & AV_PIX_FMT_FLAG_ALPHA) != 0) {
    return wide ? AV_PIX_FMT_GBRAP16 : AV_PIX_FMT_GBRAP;
  }
  return wide ? AV_PIX_FMT_GBRP16 : AV_PIX_FMT_GBRP;
}

// Moves one component of `from` to one of `to`, which has a plane for each.
void MoveComponent(const AVFrame& from, const AVPixFmtDescriptor& from_format, int from_component,
                   AVFrame& to, const AVPixFmtDescriptor& to_format, int to_component) {
  const AVComponentDescriptor& source = from_format.comp[from_component];
  const int plane = to_format.comp[to_component].plane;
  std::vector<std::uint16_t> wide(static_cast<std::size_t>(from.width));
  std::array<const std::uint8_t*, 4> data{from.data[0], from.data[1], from.data[2], from.data[3]};
  for (int y = 0; y < from.height; ++y) {
    std::uint8_t* out = to.data[plane] + std::ptrdiff_t{y} * to.linesize[plane];
    if (source.depth == 8) {
      const std::uint8_t* in =
          from.data[source.plane] + std::ptrdiff_t{y} * from.linesize[source.plane] + source.offset;
      for (int x = 0; x < from.width; ++x, in += source.step) out[x] = *in;
      continue;
    }
    // In the file's order of bytes.
    av_read_image_line2(wide.data(), data.data(), from.linesize, &from_format, 0, y, from_component,
                        from.width, 0, sizeof(std::uint16_t));
    std::memcpy(out, wide.data(), wide.size() * sizeof(std::uint16_t));
  }
}

// The taken-apart format that holds the same picture.
AVPixelFormat TakenApart(const AVPixFmtDescriptor& format) {
  const bool alpha = (format.flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  const bool rgb =
      (format.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0 || format.nb_components < 3;
  if (rgb) return alpha ? AV_PIX_FMT_GBRAP : AV_PIX_FMT_GBRP;
  if (format.log2_chroma_h != 0) return alpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P;
  if (format.log2_chroma_w != 0) return alpha ? AV_PIX_FMT_YUVA422P : AV_PIX_FMT_YUV422P;
  return alpha ? AV_PIX_FMT_YUVA444P : AV_PIX_FMT_YUV444P;
}

ColourCoding CodingOf(const AVFrame& frame) {
  ColourCoding coding;
  coding.full_range = frame.color_range == AVCOL_RANGE_JPEG ||
                      frame.format == AV_PIX_FMT_YUVJ420P || frame.format == AV_PIX_FMT_YUVJ422P ||
                      frame.format == AV_PIX_FMT_YUVJ444P;
  const auto set = [&coding](double kr, double kb) {
    coding.kr = kr;
    coding.kb = kb;
  };
  switch (frame.colorspace) {
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      set(0.299, 0.114);
      break;
    case AVCOL_SPC_FCC:
      set(0.30, 0.11);
      break;
    case AVCOL_SPC_SMPTE240M:
      set(0.212, 0.087);
      break;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      set(0.2627, 0.0593);
      break;
    case AVCOL_SPC_UNSPECIFIED:
      if (frame.height < kUntaggedIsBt709From) set(0.299, 0.114);
      break;
    default:
      break;
  }
  return coding;
}

Result<PlanePicture> PictureOf(FrameHandle frame) {
  const AVPixFmtDescriptor& format =
      *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
  PlanePicture picture;
  picture.width = frame->width;
  picture.height = frame->height;
  picture.bits = format.comp[0].depth;
  const bool alpha = (format.flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  const int colours = format.nb_components - (alpha ? 1 : 0);
  picture.model = (format.flags & AV_PIX_FMT_FLAG_RGB) != 0 ? ColourModel::kRgb
                  : colours < 3                             ? ColourModel::kGrey
                                                            : ColourModel::kYcbcr;
  picture.plane_count = colours;
  const auto plane_of = [&](int component) {
    const int plane = format.comp[component].plane;
    const bool chroma = picture.model == ColourModel::kYcbcr && (component == 1 || component == 2);
    return SamplePlane{
        .bytes = frame->data[plane],
        .stride = frame->linesize[plane],
        .width = chroma ? AV_CEIL_RSHIFT(frame->width, format.log2_chroma_w) : frame->width,
        .height = chroma ? AV_CEIL_RSHIFT(frame->height, format.log2_chroma_h) : frame->height};
  };
  for (int i = 0; i < colours; ++i) picture.planes[static_cast<std::size_t>(i)] = plane_of(i);
  if (alpha) picture.alpha = plane_of(colours);
  picture.coding = CodingOf(*frame);
  if (picture.model == ColourModel::kGrey && frame->color_range != AVCOL_RANGE_MPEG) {
    picture.coding.full_range = true;  // grey images
  }
  picture.is_key = frame->key_frame != 0;
  picture.owner = std::shared_ptr<const void>(frame.release(), [](const void* owned) {
    LibavDeleter()(const_cast<AVFrame*>(static_cast<const AVFrame*>(owned)));
  });
  return picture;
}

class LibavPlaneReader final : public PlaneReader {
 public:
  LibavPlaneReader(std::string name, VideoSource source, CodecHandle decoder)
      : name_(std::move(name)),
        source_(std::move(source)),
        decoder_(std::move(decoder)),
        packet_(av_packet_alloc()) {}

  Result<std::optional<PlanePicture>> Next() override {
    CaptureLibavMessages();
    for (;;) {
      FrameHandle frame(av_frame_alloc());
      if (packet_ == nullptr || frame == nullptr) {
        return Error{ErrorCode::kInternal, "out of memory"};
      }
      const int code = avcodec_receive_frame(decoder_.get(), frame.get());
      if (code == AVERROR_EOF) return std::optional<PlanePicture>();
      if (code == AVERROR(EAGAIN)) {
        HYPERLOCAL_TRY_STATUS(Feed());
        continue;
      }
      if (code < 0) return LibavError(code, Doing());
      const auto* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
      if (format == nullptr) {
        return Error{ErrorCode::kMedia, Doing() + ": its pixels are of no known format"};
      }
      if (!IsTakenApart(*format)) {
        HYPERLOCAL_TRY(frame, IsTakenApartExactly(*format) ? TakeApart(*frame, *format)
                                                           : Convert(*frame, TakenApart(*format)));
      }
      ++frames_;
      HYPERLOCAL_TRY(PlanePicture picture, PictureOf(std::move(frame)));
      return std::optional<PlanePicture>(std::move(picture));
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

  // A frame of that format and of the size of `frame`, with its properties, for its samples.
  Result<FrameHandle> FrameFor(const AVFrame& frame, AVPixelFormat format) const {
    FrameHandle out(av_frame_alloc());
    if (out == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    out->format = format;
    out->width = frame.width;
    out->height = frame.height;
    int code = av_frame_get_buffer(out.get(), 0);
    if (code >= 0) code = av_frame_copy_props(out.get(), &frame);
    if (code < 0) return LibavError(code, Doing());
    return out;
  }

  Result<FrameHandle> TakeApart(const AVFrame& frame, const AVPixFmtDescriptor& from) const {
    const AVPixelFormat format = ExactlyTakenApart(from);
    HYPERLOCAL_TRY(FrameHandle out, FrameFor(frame, format));
    const AVPixFmtDescriptor& to = *av_pix_fmt_desc_get(format);
    const bool grey = from.nb_components == 2;  // with alpha: the same in all three colours
    for (int i = 0; i < to.nb_components; ++i) {
      const int component = !grey ? i : i == 3 ? 1 : 0;
      MoveComponent(frame, from, component, *out, to, i);
    }
    return out;
  }

  Result<FrameHandle> Convert(const AVFrame& frame, AVPixelFormat format) {
    const auto from = static_cast<AVPixelFormat>(frame.format);
    scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height, from,
                                       frame.width, frame.height, format,
                                       SWS_POINT | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
    if (scaler_ == nullptr) {
      return Error{ErrorCode::kMedia, Doing() + ": pixels of the format " +
                                          av_get_pix_fmt_name(from) + " cannot be compared"};
    }
    HYPERLOCAL_TRY(FrameHandle out, FrameFor(frame, format));
    const int code = sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height,
                               out->data, out->linesize);
    if (code < 0) return LibavError(code, Doing());
    return out;
  }

  std::string name_;
  VideoSource source_;
  CodecHandle decoder_;
  PacketHandle packet_;
  ScalerHandle scaler_;
  std::int64_t frames_ = 0;
};

// The 8-bit RGB of planar R'G'B'.
Frame Interleaved(const PlanePicture& picture) {
  Frame frame{.width = picture.width,
              .height = picture.height,
              .layout = PixelLayout::kRgb24,
              .pixels = {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
  const int top = (1 << picture.bits) - 1;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const SamplePlane& plane = picture.planes[picture.model == ColourModel::kGrey ? 0 : channel];
    const bool limited = picture.model == ColourModel::kGrey && !picture.coding.full_range;
    for (int y = 0; y < frame.height; ++y) {
      const std::uint8_t* row = plane.bytes + std::ptrdiff_t{y} * plane.stride;
      std::uint8_t* out =
          frame.pixels.data() + static_cast<std::size_t>(y) * frame.row_bytes() + channel;
      for (int x = 0; x < frame.width; ++x, out += 3) {
        int value = row[x];
        if (picture.bits > 8) {
          std::uint16_t wide = 0;
          std::memcpy(&wide, row + 2 * std::ptrdiff_t{x}, sizeof wide);
          value = (wide * 255 + top / 2) / top;
        }
        if (limited) value = std::min(std::max(((value - 16) * 255 + 109) / 219, 0), 255);
        *out = static_cast<std::uint8_t>(value);
      }
    }
  }
  return frame;
}

// A frame with the alpha plane as its fourth channel.
Frame WithAlpha(const Frame& rgb, const SamplePlane& alpha, int bits) {
  Frame frame{
      .width = rgb.width, .height = rgb.height, .layout = PixelLayout::kRgba32, .pixels = {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
  const int top = (1 << bits) - 1;
  const std::uint8_t* in = rgb.pixels.data();
  std::uint8_t* out = frame.pixels.data();
  for (int y = 0; y < rgb.height; ++y) {
    const std::uint8_t* row = alpha.bytes + std::ptrdiff_t{y} * alpha.stride;
    for (int x = 0; x < rgb.width; ++x, in += 3, out += 4) {
      int value = row[x];
      if (bits > 8) {
        std::uint16_t wide = 0;
        std::memcpy(&wide, row + 2 * std::ptrdiff_t{x}, sizeof wide);
        value = (wide * 255 + top / 2) / top;
      }
      std::memcpy(out, in, 3);
      out[3] = static_cast<std::uint8_t>(value);
    }
  }
  return frame;
}

}  // namespace

bool PlanePicture::SameLayout(const PlanePicture& other) const {
  if (model != other.model || bits != other.bits || plane_count != other.plane_count) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(plane_count); ++i) {
    if (planes[i].width != other.planes[i].width || planes[i].height != other.planes[i].height) {
      return false;
    }
  }
  return true;
}

std::string PlanePicture::LayoutName() const {
  std::string name = model == ColourModel::kRgb    ? "rgb"
                     : model == ColourModel::kGrey ? "grey"
                                                   : "yuv ";
  if (model == ColourModel::kYcbcr) {
    const bool wide = planes[1].width == width;
    const bool high = planes[1].height == height;
    name += wide && high ? "4:4:4" : high ? "4:2:2" : "4:2:0";
  }
  name += ", " + std::to_string(bits) + " bits";
  return alpha ? name + ", alpha" : name;
}

Result<std::unique_ptr<PlaneReader>> PlaneReader::Open(const std::filesystem::path& file,
                                                       int threads) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY(VideoSource source, OpenVideoSource(file));
  const std::string doing = "opening " + file.string();
  const AVCodecParameters& parameters = *source.stream->codecpar;
  const AVCodec* codec = nullptr;
  // libavcodec's own VP8 and VP9 decoders leave the alpha out.
  // A file's tag has the name in capitals.
  const AVDictionaryEntry* alpha = av_dict_get(source.stream->metadata, "alpha_mode", nullptr, 0);
  if (alpha != nullptr && std::string_view(alpha->value) == "1") {
    if (parameters.codec_id == AV_CODEC_ID_VP9) codec = avcodec_find_decoder_by_name("libvpx-vp9");
    if (parameters.codec_id == AV_CODEC_ID_VP8) codec = avcodec_find_decoder_by_name("libvpx");
  }
  if (codec == nullptr) codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    return Error{ErrorCode::kMedia, doing + ": this libavcodec cannot decode " +
                                        avcodec_get_name(parameters.codec_id)};
  }
  CodecHandle decoder(avcodec_alloc_context3(codec));
  if (decoder == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  int code = avcodec_parameters_to_context(decoder.get(), &parameters);
  if (code >= 0) {
    decoder->pkt_timebase = source.stream->time_base;
    decoder->thread_count = threads;
    code = avcodec_open2(decoder.get(), codec, nullptr);
  }
  if (code < 0) return LibavError(code, doing);
  return std::unique_ptr<PlaneReader>(
      std::make_unique<LibavPlaneReader>(file.string(), std::move(source), std::move(decoder)));
}

Result<Frame> ToRgb(const PlanePicture& picture) {
  CaptureLibavMessages();
  Result<Frame> rgb = picture.model == ColourModel::kYcbcr ? YuvToRgb(FrameOf(picture))
                                                           : Result<Frame>(Interleaved(picture));
  if (!rgb || !picture.alpha) return rgb;
  return WithAlpha(*rgb, *picture.alpha, picture.bits);
}

}  // namespace hyperlocal
