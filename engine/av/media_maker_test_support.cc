#include "engine/av/media_maker_test_support.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

#include "engine/av/libav_handles_internal.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
}

namespace hyperlocal::testing {
namespace {

constexpr std::array<std::uint32_t, 6> kColours{0xc83232, 0x32b446, 0x3c50c8,
                                                0xd2b432, 0xb446b4, 0x46b4b4};

Error Failed(int code, const char* doing) {
  return LibavError(code, std::string("making a test file: ") + doing);
}

class Maker {
 public:
  Status Make(const std::filesystem::path& file, const std::optional<MadeVideo>& video,
              const std::optional<MadeSound>& sound) {
    AVFormatContext* raw = nullptr;
    int code = avformat_alloc_output_context2(&raw, nullptr, nullptr, file.c_str());
    muxer_.reset(raw);
    if (code < 0) return Failed(code, "its container");
    muxer_->flags |= AVFMT_FLAG_BITEXACT;
    if (video) HYPERLOCAL_TRY_STATUS(AddVideo(*video));
    if (sound) HYPERLOCAL_TRY_STATUS(AddSound(*sound));
    if ((code = avio_open(&raw->pb, file.c_str(), AVIO_FLAG_WRITE)) < 0) {
      return Failed(code, "its file");
    }
    LibavOptions options;
    if (video && std::string_view(raw->oformat->name) == "mp4") {
      options.Set("video_track_timescale", std::to_string(video->tick_den));
    }
    code = avformat_write_header(raw, options.out());
    if (code < 0) return Failed(code, "its header");
    if (video) HYPERLOCAL_TRY_STATUS(WriteVideo(*video));
    if (sound) HYPERLOCAL_TRY_STATUS(WriteSound(*sound));
    code = av_write_trailer(raw);
    avio_closep(&raw->pb);
    if (code < 0) return Failed(code, "its end");
    return Ok();
  }

 private:
  Result<AVStream*> AddStream(const AVCodecContext& encoder) {
    AVStream* stream = avformat_new_stream(muxer_.get(), nullptr);
    if (stream == nullptr || avcodec_parameters_from_context(stream->codecpar, &encoder) < 0) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    stream->time_base = encoder.time_base;
    return stream;
  }

  Status AddVideo(const MadeVideo& video) {
    const AVCodec* codec = avcodec_find_encoder_by_name(video.codec.c_str());
    if (codec == nullptr) return Failed(AVERROR_ENCODER_NOT_FOUND, video.codec.c_str());
    video_.reset(avcodec_alloc_context3(codec));
    video_->width = video.width;
    video_->height = video.height;
    video_->pix_fmt = av_get_pix_fmt(video.pixels.c_str());
    video_->time_base = {video.tick_num, video.tick_den};
    video_->framerate = {video.tick_den, video.tick_num};
    video_->sample_aspect_ratio = {video.aspect_num, video.aspect_den};
    video_->gop_size = video.key_every;
    video_->max_b_frames = 0;
    video_->thread_count = 1;
    video_->color_range = video.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    if (!video.matrix.empty()) {
      video_->colorspace =
          static_cast<AVColorSpace>(av_color_space_from_name(video.matrix.c_str()));
    }
    if ((muxer_->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
      video_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    LibavOptions options;
    if (video.codec == "libx264") options.Set("crf", "10");
    if (video.codec == "libvpx-vp9") {
      options.Set("crf", "10");
      options.Set("auto-alt-ref", "0");
    }
    const int code = avcodec_open2(video_.get(), codec, options.out());
    if (code < 0) return Failed(code, "its video encoder");
    HYPERLOCAL_TRY(AVStream* const stream, AddStream(*video_));
    stream->sample_aspect_ratio = video_->sample_aspect_ratio;
    stream->avg_frame_rate = video_->framerate;
    if (video.alpha) av_dict_set(&stream->metadata, "alpha_mode", "1", 0);
    if (video.turned_degrees != 0) {
      auto* matrix = reinterpret_cast<std::int32_t*>(
          av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t)));
      av_display_rotation_set(matrix, video.turned_degrees);
    }
    return Ok();
  }

  Status AddSound(const MadeSound& sound) {
    const AVCodec* codec = avcodec_find_encoder_by_name(sound.codec.c_str());
    if (codec == nullptr) return Failed(AVERROR_ENCODER_NOT_FOUND, sound.codec.c_str());
    sound_.reset(avcodec_alloc_context3(codec));
    sound_->sample_fmt = codec->sample_fmts[0];
    sound_->sample_rate = sound.sample_rate;
    sound_->time_base = {1, sound.sample_rate};
    sound_->bit_rate = 192'000;
    av_channel_layout_default(&sound_->ch_layout, sound.channels);
    if ((muxer_->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
      sound_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    }
    const int code = avcodec_open2(sound_.get(), codec, nullptr);
    if (code < 0) return Failed(code, "its sound encoder");
    HYPERLOCAL_TRY([[maybe_unused]] AVStream* const stream, AddStream(*sound_));
    return Ok();
  }

  Status WriteVideo(const MadeVideo& video) {
    ScalerHandle scaler;
    for (std::size_t i = 0; i < video.times.size(); ++i) {
      const PixelLayout layout = video.alpha ? PixelLayout::kRgba32 : PixelLayout::kRgb24;
      const Frame picture =
          video.picture ? video.picture(static_cast<int>(i))
                        : NumberedPicture(video.width, video.height, static_cast<int>(i), layout);
      const AVPixelFormat from =
          picture.layout == PixelLayout::kRgba32 ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
      if (scaler == nullptr) {
        scaler.reset(sws_getContext(
            video.width, video.height, from, video.width, video.height, video_->pix_fmt,
            SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr, nullptr, nullptr));
        const int matrix = video.matrix == "bt709" ? SWS_CS_ITU709 : SWS_CS_ITU601;
        sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(SWS_CS_DEFAULT), 1,
                                 sws_getCoefficients(matrix), video.full_range ? 1 : 0, 0, 1 << 16,
                                 1 << 16);
      }
      const FrameHandle frame(av_frame_alloc());
      frame->format = video_->pix_fmt;
      frame->width = video.width;
      frame->height = video.height;
      if (av_frame_get_buffer(frame.get(), 0) < 0) return Error{ErrorCode::kInternal, "memory"};
      const std::uint8_t* data[4] = {picture.pixels.data(), nullptr, nullptr, nullptr};
      const int strides[4] = {static_cast<int>(picture.row_bytes()), 0, 0, 0};
      sws_scale(scaler.get(), data, strides, 0, video.height, frame->data, frame->linesize);
      frame->colorspace = video_->colorspace;
      frame->color_range = video_->color_range;
      frame->pts = video.times[i];
      const bool is_last = i + 1 == video.times.size();
      duration_ = is_last ? video.last_ticks : video.times[i + 1] - video.times[i];
      HYPERLOCAL_TRY_STATUS(Encode(*video_, frame.get(), 0));
    }
    return Encode(*video_, nullptr, 0);
  }

  Status WriteSound(const MadeSound& sound) {
    std::vector<double> samples;
    double phase = 0;
    for (const MadeTone& tone : sound.tones) {
      const auto count = static_cast<std::size_t>(std::llround(tone.seconds * sound.sample_rate));
      for (std::size_t i = 0; i < count; ++i) {
        samples.push_back(tone.amplitude * std::sin(phase));
        phase += 2 * std::numbers::pi * tone.hertz / sound.sample_rate;
      }
    }
    const auto at_once =
        static_cast<std::size_t>(sound_->frame_size > 0 ? sound_->frame_size : 1024);
    for (std::size_t first = 0; first < samples.size(); first += at_once) {
      const FrameHandle frame(av_frame_alloc());
      frame->format = sound_->sample_fmt;
      frame->sample_rate = sound.sample_rate;
      frame->nb_samples = static_cast<int>(std::min(at_once, samples.size() - first));
      av_channel_layout_copy(&frame->ch_layout, &sound_->ch_layout);
      if (av_frame_get_buffer(frame.get(), 0) < 0) return Error{ErrorCode::kInternal, "memory"};
      for (int i = 0; i < frame->nb_samples; ++i) {
        const double sample = samples[first + static_cast<std::size_t>(i)];
        for (int channel = 0; channel < sound.channels; ++channel) {
          if (sound_->sample_fmt == AV_SAMPLE_FMT_FLTP) {
            reinterpret_cast<float*>(frame->data[channel])[i] = static_cast<float>(sample);
          } else {  // s16
            reinterpret_cast<std::int16_t*>(frame->data[0])[i * sound.channels + channel] =
                static_cast<std::int16_t>(std::lround(sample * 32767));
          }
        }
      }
      frame->pts = static_cast<std::int64_t>(first);
      duration_ = frame->nb_samples;
      HYPERLOCAL_TRY_STATUS(Encode(*sound_, frame.get(), muxer_->nb_streams - 1));
    }
    return Encode(*sound_, nullptr, muxer_->nb_streams - 1);
  }

  Status Encode(AVCodecContext& encoder, const AVFrame* frame, unsigned stream) {
    int code = avcodec_send_frame(&encoder, frame);
    const PacketHandle packet(av_packet_alloc());
    while (code >= 0 && (code = avcodec_receive_packet(&encoder, packet.get())) >= 0) {
      if (packet->duration == 0) packet->duration = duration_;
      av_packet_rescale_ts(packet.get(), encoder.time_base, muxer_->streams[stream]->time_base);
      packet->stream_index = static_cast<int>(stream);
      if ((code = av_interleaved_write_frame(muxer_.get(), packet.get())) < 0) {
        return Failed(code, "writing it");
      }
    }
    if (code != AVERROR(EAGAIN) && code != AVERROR_EOF) return Failed(code, "encoding it");
    return Ok();
  }

  MuxerHandle muxer_;
  CodecHandle video_, sound_;
  std::int64_t duration_ = 1;
};

}  // namespace

std::uint32_t ColourOfNumber(int number) {
  return kColours[static_cast<std::size_t>(number) % kColours.size()];
}

Frame NumberedPicture(int width, int height, int number, PixelLayout layout) {
  Frame frame{width, height, layout, {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(height));
  const std::size_t size = BytesPerPixel(layout);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool below = y >= height / 2;
      const std::uint32_t bit = (static_cast<std::uint32_t>(number) >> (7 - 8 * x / width)) & 1;
      const std::uint32_t colour = below ? bit * 0xffffff : ColourOfNumber(number);
      std::uint8_t* pixel = frame.pixels.data() + static_cast<std::size_t>(y) * frame.row_bytes() +
                            static_cast<std::size_t>(x) * size;
      pixel[0] = static_cast<std::uint8_t>(colour >> 16);
      pixel[1] = static_cast<std::uint8_t>(colour >> 8);
      pixel[2] = static_cast<std::uint8_t>(colour);
      if (size == 4) pixel[3] = !below && x < width / 2 ? 0 : 255;
    }
  }
  return frame;
}

std::optional<int> ReadNumber(const Frame& frame, int x, int y, int width, int height) {
  int number = 0;
  const std::size_t size = BytesPerPixel(frame.layout);
  for (int bit = 0; bit < 8; ++bit) {
    const int at_x = x + (2 * bit + 1) * width / 16;
    const int at_y = y + height * 3 / 4;
    if (at_x < 0 || at_y < 0 || at_x >= frame.width || at_y >= frame.height) return std::nullopt;
    const std::uint8_t* pixel = frame.pixels.data() +
                                static_cast<std::size_t>(at_y) * frame.row_bytes() +
                                static_cast<std::size_t>(at_x) * size;
    const int light = (pixel[0] + pixel[1] + pixel[2]) / 3;
    if (light > 80 && light < 176) return std::nullopt;  // neither black nor white
    number = 2 * number + (light >= 176 ? 1 : 0);
  }
  return number;
}

std::vector<std::int64_t> EvenTimes(int count) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < count; ++i) times.push_back(i);
  return times;
}

Status MakeMedia(const std::filesystem::path& file, const std::optional<MadeVideo>& video,
                 const std::optional<MadeSound>& sound) {
  CaptureLibavMessages();
  return Maker().Make(file, video, sound);
}

}  // namespace hyperlocal::testing
