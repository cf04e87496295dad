#include <cmath>
#include <cstdlib>
#include <string>

#include "engine/av/picture_encoder_internal.h"

namespace hyperlocal {

Status PictureEncoder::TakePart(const Frame&, const PixelRectangle&) {
  return Error{ErrorCode::kInternal, "pictures of a video with alpha come whole"};
}

Result<CodecHandle> AllocateEncoder(const char* name, AVPixelFormat pixels,
                                    const VideoSettings& settings) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name);
  if (codec == nullptr) {
    return Error{ErrorCode::kFormatNotSupported, std::string("this libavcodec has no ") + name +
                                                     "; install an FFmpeg that is built with it"};
  }
  CodecHandle context(avcodec_alloc_context3(codec));
  if (context == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  context->width = settings.width;
  context->height = settings.height;
  context->sample_aspect_ratio = AVRational{1, 1};
  context->pix_fmt = pixels;
  context->framerate = AVRational{settings.rate.num, settings.rate.den};
  context->time_base = av_inv_q(context->framerate);
  context->color_primaries = AVCOL_PRI_BT709;
  context->color_trc = AVCOL_TRC_BT709;
  context->colorspace = AVCOL_SPC_BT709;
  context->color_range = AVCOL_RANGE_MPEG;
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(pixels);
  if (description->log2_chroma_w > 0) context->chroma_sample_location = AVCHROMA_LOC_CENTER;
  context->gop_size = static_cast<int>(settings.gop_size);
  context->keyint_min = context->gop_size;
  context->max_b_frames = 0;
  context->thread_count = kEncoderThreads;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  return context;
}

Status OpenEncoder(AVCodecContext& encoder, LibavOptions& options, std::string_view doing) {
  if (const int code = avcodec_open2(&encoder, encoder.codec, options.out()); code < 0) {
    return LibavError(code, doing);
  }
  if (const std::string unknown = options.Unknown(); !unknown.empty()) {
    return Error{ErrorCode::kMedia, std::string(doing) + ": the encoder does not know " + unknown};
  }
  return Ok();
}

Result<CodecParametersHandle> ParametersOf(const AVCodecContext& encoder) {
  CodecParametersHandle parameters(avcodec_parameters_alloc());
  if (parameters == nullptr || avcodec_parameters_from_context(parameters.get(), &encoder) < 0) {
    return Error{ErrorCode::kInternal, "out of memory"};
  }
  return parameters;
}

Result<FrameHandle> AllocatePicture(const AVCodecContext& encoder) {
  FrameHandle picture(av_frame_alloc());
  if (picture == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  picture->format = encoder.pix_fmt;
  picture->width = encoder.width;
  picture->height = encoder.height;
  picture->color_primaries = encoder.color_primaries;
  picture->color_trc = encoder.color_trc;
  picture->colorspace = encoder.colorspace;
  picture->color_range = encoder.color_range;
  picture->chroma_location = encoder.chroma_sample_location;
  const int code = av_frame_get_buffer(picture.get(), 0);
  if (code < 0) return LibavError(code, "allocating a picture");
  return picture;
}

Status EncodePicture(AVCodecContext& encoder, const AVFrame* picture,
                     const PictureEncoder::PacketSink& sink) {
  if (const int code = avcodec_send_frame(&encoder, picture); code < 0) {
    return LibavError(code, "encoding");
  }
  const PacketHandle packet(av_packet_alloc());
  if (packet == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  for (;;) {
    const int code = avcodec_receive_packet(&encoder, packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return Ok();
    if (code < 0) return LibavError(code, "encoding");
    packet->duration = 1;
    HYPERLOCAL_TRY_STATUS(sink(*packet));
    av_packet_unref(packet.get());
  }
}

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

}  // namespace hyperlocal
