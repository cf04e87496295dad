#include "engine/av/sound_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/output_file_internal.h"
#include "engine/av/source_sound.h"

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace hyperlocal {
namespace {

constexpr std::int64_t kBitRate = 192'000;

class AacWriter final : public SoundWriter {
 public:
  explicit AacWriter(std::unique_ptr<OutputFile> file) : file_(std::move(file)) {}

  Status Open() {
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (codec == nullptr) {
      return Error{ErrorCode::kFormatNotSupported, "this libavcodec has no AAC encoder"};
    }
    encoder_.reset(avcodec_alloc_context3(codec));
    packet_.reset(av_packet_alloc());
    if (encoder_ == nullptr || packet_ == nullptr) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    encoder_->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder_->sample_rate = kMixRate;
    encoder_->time_base = AVRational{1, kMixRate};
    encoder_->bit_rate = kBitRate;
    encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    av_channel_layout_default(&encoder_->ch_layout, kMixChannels);
    int code = avcodec_open2(encoder_.get(), codec, nullptr);
    if (code < 0) return LibavError(code, "opening the AAC encoder");

    AVFormatContext* raw = nullptr;
    code = avformat_alloc_output_context2(&raw, nullptr, "mp4", file_->temporary_path().c_str());
    muxer_.reset(raw);
    AVStream* stream = code < 0 ? nullptr : avformat_new_stream(raw, nullptr);
    if (stream == nullptr ||
        avcodec_parameters_from_context(stream->codecpar, encoder_.get()) < 0) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    raw->pb = file_->io();
    raw->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
    stream->time_base = encoder_->time_base;
    LibavOptions options;
    options.Set("movie_timescale", std::to_string(kMixRate));
    options.Set("use_editlist", "1");
    options.Set("movflags", "+faststart");
    code = avformat_write_header(raw, options.out());
    if (code < 0) return WriteError(code);
    return Ok();
  }

  Status Write(std::span<const float> samples) override {
    CaptureLibavMessages();
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    const auto whole = static_cast<std::size_t>(encoder_->frame_size) * kMixChannels;
    std::size_t taken = 0;
    for (; waiting_.size() - taken >= whole; taken += whole) {
      HYPERLOCAL_TRY_STATUS(EncodeSamples(std::span(waiting_).subspan(taken, whole)));
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(taken));
    return Ok();
  }

  Status Finish() override {
    CaptureLibavMessages();
    if (!waiting_.empty()) HYPERLOCAL_TRY_STATUS(EncodeSamples(waiting_));
    HYPERLOCAL_TRY_STATUS(Encode(nullptr));
    if (const int code = av_write_trailer(muxer_.get()); code < 0) return WriteError(code);
    HYPERLOCAL_TRY([[maybe_unused]] const std::int64_t size, file_->Commit());
    return Ok();
  }

 private:
  Status EncodeSamples(std::span<const float> samples) {
    const FrameHandle frame(av_frame_alloc());
    if (frame == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    frame->format = AV_SAMPLE_FMT_FLTP;
    frame->sample_rate = kMixRate;
    frame->nb_samples = static_cast<int>(samples.size() / kMixChannels);
    av_channel_layout_default(&frame->ch_layout, kMixChannels);
    if (av_frame_get_buffer(frame.get(), 0) < 0)
      return Error{ErrorCode::kInternal, "out of memory"};
    for (int channel = 0; channel < kMixChannels; ++channel) {
      auto* out = reinterpret_cast<float*>(frame->data[channel]);
      for (int i = 0; i < frame->nb_samples; ++i) {
        out[i] = samples[static_cast<std::size_t>(i * kMixChannels + channel)];
      }
    }
    frame->pts = encoded_;
    encoded_ += frame->nb_samples;
    return Encode(frame.get());
  }

  Status Encode(const AVFrame* frame) {
    int code = avcodec_send_frame(encoder_.get(), frame);
    while (code >= 0) {
      code = avcodec_receive_packet(encoder_.get(), packet_.get());
      if (code < 0) break;
      av_packet_rescale_ts(packet_.get(), encoder_->time_base, muxer_->streams[0]->time_base);
      packet_->stream_index = 0;
      int written = av_write_frame(muxer_.get(), packet_.get());
      av_packet_unref(packet_.get());
      if (written >= 0) written = file_->io()->error;
      if (written < 0) return WriteError(written);
    }
    if (code != AVERROR(EAGAIN) && code != AVERROR_EOF) return LibavError(code, "encoding AAC");
    return Ok();
  }

  static Error WriteError(int code) {
    return LibavError(code, "writing the sound of the plan", ErrorCode::kIo);
  }

  std::unique_ptr<OutputFile> file_;  // outlives the muxer
  MuxerHandle muxer_;
  CodecHandle encoder_;
  PacketHandle packet_;
  std::vector<float> waiting_;  // less than the encoder takes at once
  std::int64_t encoded_ = 0;
};

}  // namespace

Result<std::unique_ptr<SoundWriter>> SoundWriter::Create(const std::filesystem::path& file) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY(std::unique_ptr<OutputFile> output, OutputFile::Create(file));
  auto writer = std::make_unique<AacWriter>(std::move(output));
  HYPERLOCAL_TRY_STATUS(writer->Open());
  return std::unique_ptr<SoundWriter>(std::move(writer));
}

}  // namespace hyperlocal
