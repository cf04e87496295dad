#include "engine/av/audio_reader.h"

#include <algorithm>
#include <cmath>
#include <system_error>

#include "engine/av/libav_handles_internal.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

namespace hyperlocal {
namespace {

struct ResamplerDeleter {
  void operator()(SwrContext* resampler) const { swr_free(&resampler); }
};
using ResamplerHandle = std::unique_ptr<SwrContext, ResamplerDeleter>;

class SoundDecoder {
 public:
  SoundDecoder(DemuxerHandle demuxer, const AVStream* stream, CodecHandle decoder)
      : demuxer_(std::move(demuxer)), stream_(stream), decoder_(std::move(decoder)) {}

  Result<Sound> Run(const std::string& doing) {
    const PacketHandle packet(av_packet_alloc());
    if (packet == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    sound_.codec = avcodec_get_name(stream_->codecpar->codec_id);
    for (;;) {
      int code = av_read_frame(demuxer_.get(), packet.get());
      const bool ended = code == AVERROR_EOF;
      if (code < 0 && !ended) return LibavError(code, doing);
      if (!ended && packet->stream_index != stream_->index) {
        av_packet_unref(packet.get());
        continue;
      }
      code = avcodec_send_packet(decoder_.get(), ended ? nullptr : packet.get());
      av_packet_unref(packet.get());
      if (code < 0) return LibavError(code, doing);
      if (Status taken = TakeFrames(); !taken) return std::move(taken).error().WithContext(doing);
      if (ended) return std::move(sound_);
    }
  }

 private:
  Status TakeFrames() {
    const FrameHandle frame(av_frame_alloc());
    if (frame == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    for (;;) {
      const int code = avcodec_receive_frame(decoder_.get(), frame.get());
      if (code == AVERROR_EOF || code == AVERROR(EAGAIN)) return Ok();
      if (code < 0) return LibavError(code, "decoding its sound");
      HYPERLOCAL_TRY_STATUS(Append(*frame));
      av_frame_unref(frame.get());
    }
  }

  Status Append(const AVFrame& frame) {
    if (resampler_ == nullptr) {
      sound_.sample_rate = frame.sample_rate;
      sound_.channels = frame.ch_layout.nb_channels;
      AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
      AVChannelLayout source{};
      if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(&source, frame.ch_layout.nb_channels);
      } else {
        av_channel_layout_copy(&source, &frame.ch_layout);
      }
      SwrContext* raw = nullptr;
      int code = swr_alloc_set_opts2(&raw, &mono, AV_SAMPLE_FMT_S16, frame.sample_rate, &source,
                                     static_cast<AVSampleFormat>(frame.format), frame.sample_rate,
                                     0, nullptr);
      resampler_.reset(raw);
      av_channel_layout_uninit(&source);
      if (code >= 0) code = swr_init(raw);
      if (code < 0) return LibavError(code, "mixing its channels");
      PlaceStart(frame);
    }
    const std::size_t before = sound_.samples.size();
    sound_.samples.resize(before + static_cast<std::size_t>(frame.nb_samples));
    auto* out = reinterpret_cast<std::uint8_t*>(sound_.samples.data() + before);
    const int code =
        swr_convert(resampler_.get(), &out, frame.nb_samples,
                    const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
    if (code < 0) return LibavError(code, "mixing its channels");
    sound_.samples.resize(before + static_cast<std::size_t>(code));
    const std::size_t early = std::min(early_samples_, sound_.samples.size());
    sound_.samples.erase(sound_.samples.begin(),
                         sound_.samples.begin() + static_cast<std::ptrdiff_t>(early));
    early_samples_ -= early;
    return Ok();
  }

  // Silence before a sound that begins late; what begins early is to be dropped.
  void PlaceStart(const AVFrame& frame) {
    const std::int64_t time = frame.best_effort_timestamp;
    if (time == AV_NOPTS_VALUE) return;
    const std::int64_t at =
        av_rescale_q(time, stream_->time_base, AVRational{1, frame.sample_rate});
    if (at > 0) sound_.samples.assign(static_cast<std::size_t>(at), 0);
    if (at < 0) early_samples_ = static_cast<std::size_t>(-at);
  }

  DemuxerHandle demuxer_;
  const AVStream* stream_;
  CodecHandle decoder_;
  ResamplerHandle resampler_;
  std::size_t early_samples_ = 0;
  Sound sound_;
};

}  // namespace

Result<std::optional<Sound>> ReadSound(const std::filesystem::path& file) {
  CaptureLibavMessages();
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return Error{ErrorCode::kNoInput, "there is no file " + file.string()};
  }
  const std::string doing = "reading the sound of " + file.string();
  AVFormatContext* raw = nullptr;
  int code = avformat_open_input(&raw, ("file:" + file.string()).c_str(), nullptr, nullptr);
  DemuxerHandle demuxer(raw);
  if (code >= 0) code = avformat_find_stream_info(raw, nullptr);
  if (code < 0) return LibavError(code, doing);
  const int index = av_find_best_stream(raw, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (index < 0) return std::optional<Sound>();
  const AVStream* stream = raw->streams[index];
  for (unsigned i = 0; i < raw->nb_streams; ++i) {
    if (raw->streams[i] != stream) raw->streams[i]->discard = AVDISCARD_ALL;
  }
  const AVCodec* codec = avcodec_find_decoder(stream->codecpar->codec_id);
  if (codec == nullptr) {
    return Error{ErrorCode::kMedia, doing + ": this libavcodec cannot decode " +
                                        avcodec_get_name(stream->codecpar->codec_id)};
  }
  CodecHandle decoder(avcodec_alloc_context3(codec));
  if (decoder == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  code = avcodec_parameters_to_context(decoder.get(), stream->codecpar);
  if (code >= 0) {
    decoder->pkt_timebase = stream->time_base;
    code = avcodec_open2(decoder.get(), codec, nullptr);
  }
  if (code < 0) return LibavError(code, doing);
  SoundDecoder sound(std::move(demuxer), stream, std::move(decoder));
  HYPERLOCAL_TRY(Sound decoded, sound.Run(doing));
  return std::optional<Sound>(std::move(decoded));
}

}  // namespace hyperlocal
