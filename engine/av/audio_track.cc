#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "engine/av/audio_track_internal.h"

extern "C" {
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

namespace hyperlocal {
namespace {

constexpr double kToleranceSeconds = 0.001;  // CONTRACT section 6

struct SoundEncoder {
  AVCodecID id;
  const char* name;
  AVSampleFormat samples;
  int sample_rate;  // 0: the source's
  std::int64_t bit_rate;
};
// The rates are the published ones.
constexpr SoundEncoder EncoderOf(SoundCodec codec) {
  return codec == SoundCodec::kAac
             ? SoundEncoder{AV_CODEC_ID_AAC, "aac", AV_SAMPLE_FMT_FLTP, 0, 192'000}
             : SoundEncoder{AV_CODEC_ID_OPUS, "libopus", AV_SAMPLE_FMT_FLT, 48'000, 128'000};
}

constexpr int kDrainSamples = 4096;  // taken from the resampler at once

struct ResamplerDeleter {
  void operator()(SwrContext* resampler) const { swr_free(&resampler); }
};
struct FifoDeleter {
  void operator()(AVAudioFifo* fifo) const { av_audio_fifo_free(fifo); }
};

// The first sound of a file.
struct Source {
  DemuxerHandle demuxer;
  const AVStream* stream = nullptr;  // belongs to the demuxer

  // What the file says; NAN when it does not.
  double Seconds() const {
    if (stream->duration != AV_NOPTS_VALUE) {
      return static_cast<double>(stream->duration) * av_q2d(stream->time_base);
    }
    return NAN;
  }
};

Result<Source> OpenSource(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return Error{ErrorCode::kMissingPlanArtifact, "there is no such file"};
  }
  AVFormatContext* raw = nullptr;
  int code = avformat_open_input(&raw, file.c_str(), nullptr, nullptr);
  if (code < 0) return LibavError(code, "opening it");
  Source source{.demuxer = DemuxerHandle(raw)};
  code = avformat_find_stream_info(raw, nullptr);
  if (code < 0) return LibavError(code, "reading its streams");
  const int index = av_find_best_stream(raw, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (index < 0) return Error{ErrorCode::kMedia, "there is no sound in it"};
  source.stream = raw->streams[index];
  return source;
}

Result<AudioTrack> CopyPackets(const Source& source) {
  AudioTrack track;
  track.parameters.reset(avcodec_parameters_alloc());
  if (track.parameters == nullptr ||
      avcodec_parameters_copy(track.parameters.get(), source.stream->codecpar) < 0) {
    return Error{ErrorCode::kInternal, "out of memory"};
  }
  track.parameters->codec_tag = 0;
  track.time_base = source.stream->time_base;
  for (;;) {
    PacketHandle packet(av_packet_alloc());
    if (packet == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    const int code = av_read_frame(source.demuxer.get(), packet.get());
    if (code == AVERROR_EOF) return track;
    if (code < 0) return LibavError(code, "reading it");
    if (packet->stream_index == source.stream->index) track.packets.push_back(std::move(packet));
  }
}

// Decodes a source, fits its samples to a number, and encodes them.
class Refitter {
 public:
  Refitter(const Source& source, std::int64_t frames, FrameRate rate, const SoundEncoder& kind)
      : source_(source), frames_(frames), rate_(rate), kind_(kind) {}

  Result<AudioTrack> Run() {
    HYPERLOCAL_TRY_STATUS(OpenDecoder());
    HYPERLOCAL_TRY_STATUS(OpenEncoder());
    HYPERLOCAL_TRY_STATUS(OpenResampler());
    samples_wanted_ =
        av_rescale(frames_, std::int64_t{encoder_->sample_rate} * rate_.den, rate_.num);
    HYPERLOCAL_TRY_STATUS(Decode());
    HYPERLOCAL_TRY_STATUS(AddSilence());
    HYPERLOCAL_TRY_STATUS(EncodeQueue(true));
    HYPERLOCAL_TRY_STATUS(Encode(nullptr));
    track_.parameters.reset(avcodec_parameters_alloc());
    if (track_.parameters == nullptr ||
        avcodec_parameters_from_context(track_.parameters.get(), encoder_.get()) < 0) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    track_.time_base = encoder_->time_base;
    return std::move(track_);
  }

 private:
  Status OpenDecoder() {
    const AVCodecParameters& parameters = *source_.stream->codecpar;
    const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
    if (codec == nullptr) {
      return Error{ErrorCode::kMedia,
                   std::string("nothing here decodes ") + avcodec_get_name(parameters.codec_id)};
    }
    decoder_.reset(avcodec_alloc_context3(codec));
    int code = decoder_ == nullptr ? AVERROR(ENOMEM)
                                   : avcodec_parameters_to_context(decoder_.get(), &parameters);
    if (code >= 0) {
      decoder_->pkt_timebase = source_.stream->time_base;
      code = avcodec_open2(decoder_.get(), codec, nullptr);
    }
    if (code < 0) return LibavError(code, "opening the decoder of its sound");
    return Ok();
  }

  Status OpenEncoder() {
    const AVCodec* codec = avcodec_find_encoder_by_name(kind_.name);
    if (codec == nullptr) {
      return Error{ErrorCode::kFormatNotSupported,
                   std::string("this libavcodec has no ") + kind_.name + " encoder"};
    }
    encoder_.reset(avcodec_alloc_context3(codec));
    if (encoder_ == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    encoder_->sample_fmt = kind_.samples;
    encoder_->sample_rate = kind_.sample_rate != 0 ? kind_.sample_rate : decoder_->sample_rate;
    encoder_->time_base = AVRational{1, encoder_->sample_rate};
    encoder_->bit_rate = kind_.bit_rate;
    encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    // A source may leave open which channels it has, not how many.
    if (decoder_->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
      av_channel_layout_default(&encoder_->ch_layout, decoder_->ch_layout.nb_channels);
    } else {
      av_channel_layout_copy(&encoder_->ch_layout, &decoder_->ch_layout);
    }
    const int code = avcodec_open2(encoder_.get(), codec, nullptr);
    if (code < 0) return LibavError(code, std::string("opening the encoder ") + kind_.name);
    fifo_.reset(
        av_audio_fifo_alloc(kind_.samples, encoder_->ch_layout.nb_channels, encoder_->frame_size));
    if (fifo_ == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    return Ok();
  }

  Status OpenResampler() {
    SwrContext* raw = nullptr;
    AVChannelLayout from{};
    av_channel_layout_copy(&from, decoder_->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC
                                      ? &encoder_->ch_layout
                                      : &decoder_->ch_layout);
    int code = swr_alloc_set_opts2(&raw, &encoder_->ch_layout, kind_.samples, encoder_->sample_rate,
                                   &from, decoder_->sample_fmt, decoder_->sample_rate, 0, nullptr);
    av_channel_layout_uninit(&from);
    resampler_.reset(raw);
    if (code >= 0) code = swr_init(raw);
    if (code < 0) return LibavError(code, "preparing to convert its samples");
    return Ok();
  }

  Status Decode() {
    PacketHandle packet(av_packet_alloc());
    FrameHandle frame(av_frame_alloc());
    if (packet == nullptr || frame == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    for (bool ended = false; !ended && samples_ < samples_wanted_;) {
      int code = av_read_frame(source_.demuxer.get(), packet.get());
      ended = code == AVERROR_EOF;
      if (code < 0 && !ended) return LibavError(code, "reading its sound");
      if (!ended && packet->stream_index != source_.stream->index) {
        av_packet_unref(packet.get());
        continue;
      }
      code = avcodec_send_packet(decoder_.get(), ended ? nullptr : packet.get());
      av_packet_unref(packet.get());
      if (code < 0) return LibavError(code, "decoding its sound");
      while ((code = avcodec_receive_frame(decoder_.get(), frame.get())) >= 0) {
        HYPERLOCAL_TRY_STATUS(Convert(frame.get()));
        av_frame_unref(frame.get());
      }
      if (code != AVERROR(EAGAIN) && code != AVERROR_EOF) {
        return LibavError(code, "decoding its sound");
      }
    }
    return Convert(nullptr);
  }

  // Samples into the queue, as far as they are wanted; what the resampler still holds with null.
  Status Convert(const AVFrame* frame) {
    const int room =
        frame != nullptr ? swr_get_out_samples(resampler_.get(), frame->nb_samples) : kDrainSamples;
    HYPERLOCAL_TRY(const FrameHandle out, NewFrame(room));
    const int count = swr_convert(
        resampler_.get(), out->extended_data, room,
        frame != nullptr ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr,
        frame != nullptr ? frame->nb_samples : 0);
    if (count < 0) return LibavError(count, "converting its samples");
    return Queue(out.get(), count);
  }

  Status AddSilence() {
    while (samples_ < samples_wanted_) {
      HYPERLOCAL_TRY(const FrameHandle silence, NewFrame(kDrainSamples));
      av_samples_set_silence(silence->extended_data, 0, kDrainSamples,
                             encoder_->ch_layout.nb_channels, kind_.samples);
      HYPERLOCAL_TRY_STATUS(Queue(silence.get(), kDrainSamples));
    }
    return Ok();
  }

  Status Queue(const AVFrame* frame, int count) {
    count = static_cast<int>(std::min<std::int64_t>(count, samples_wanted_ - samples_));
    if (count <= 0) return Ok();
    if (av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(frame->extended_data), count) <
        count) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    samples_ += count;
    return EncodeQueue(false);
  }

  // Whole frames of the encoder; at the end the rest, which may be shorter.
  Status EncodeQueue(bool end) {
    for (;;) {
      const int have = av_audio_fifo_size(fifo_.get());
      if (have == 0 || (have < encoder_->frame_size && !end)) return Ok();
      HYPERLOCAL_TRY(const FrameHandle frame, NewFrame(std::min(have, encoder_->frame_size)));
      av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame->extended_data),
                         frame->nb_samples);
      frame->pts = samples_encoded_;
      samples_encoded_ += frame->nb_samples;
      HYPERLOCAL_TRY_STATUS(Encode(frame.get()));
    }
  }

  Status Encode(const AVFrame* frame) {
    int code = avcodec_send_frame(encoder_.get(), frame);
    while (code >= 0) {
      PacketHandle packet(av_packet_alloc());
      if (packet == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
      code = avcodec_receive_packet(encoder_.get(), packet.get());
      if (code >= 0) track_.packets.push_back(std::move(packet));
    }
    if (code != AVERROR(EAGAIN) && code != AVERROR_EOF) return LibavError(code, "encoding it");
    return Ok();
  }

  Result<FrameHandle> NewFrame(int samples) const {
    FrameHandle frame(av_frame_alloc());
    if (frame != nullptr) {
      frame->format = kind_.samples;
      frame->sample_rate = encoder_->sample_rate;
      frame->nb_samples = samples;
      av_channel_layout_copy(&frame->ch_layout, &encoder_->ch_layout);
    }
    if (frame == nullptr || av_frame_get_buffer(frame.get(), 0) < 0) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    return frame;
  }

  const Source& source_;
  const std::int64_t frames_;
  const FrameRate rate_;
  const SoundEncoder kind_;
  CodecHandle decoder_, encoder_;
  std::unique_ptr<SwrContext, ResamplerDeleter> resampler_;
  std::unique_ptr<AVAudioFifo, FifoDeleter> fifo_;
  AudioTrack track_;
  std::int64_t samples_wanted_ = 0;
  std::int64_t samples_ = 0;  // queued so far
  std::int64_t samples_encoded_ = 0;
};

}  // namespace

Result<AudioTrack> ReadAudioTrack(const std::filesystem::path& file, std::int64_t frames,
                                  FrameRate rate, SoundCodec codec) {
  const SoundEncoder kind = EncoderOf(codec);
  const auto read = [&]() -> Result<AudioTrack> {
    HYPERLOCAL_TRY(const Source source, OpenSource(file));
    const double wanted = static_cast<double>(frames) * rate.den / rate.num;
    const bool fits = std::abs(source.Seconds() - wanted) <= kToleranceSeconds;
    if (fits && source.stream->codecpar->codec_id == kind.id) return CopyPackets(source);
    return Refitter(source, frames, rate, kind).Run();
  };
  auto track = read();
  if (!track) return std::move(track).error().WithContext("the sound " + file.string());
  return track;
}

}  // namespace hyperlocal
