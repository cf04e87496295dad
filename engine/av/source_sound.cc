#include "engine/av/source_sound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/av/media_source_internal.h"
#include "engine/av/tempo_filter_internal.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

namespace hyperlocal {
namespace {

struct ResamplerDeleter {
  void operator()(SwrContext* resampler) const { swr_free(&resampler); }
};

// Decoding sound is some hundred times faster than hearing it; only what lies further away is
// sought, and only in containers whose index is exact.
constexpr double kSeekBeyondSeconds = 60;
constexpr double kRunUpSeconds = 1;  // what a decoder needs before it sounds right
constexpr int kDrainSamples = 4096;

bool HasExactIndex(const AVFormatContext& demuxer) {
  const std::string_view name(demuxer.iformat->name);
  for (const char* known : {"mov", "matroska", "wav", "ogg", "flac"}) {
    if (name.find(known) != name.npos) return true;
  }
  return false;
}

class LibavSourceSound final : public SourceSound {
 public:
  LibavSourceSound(MediaSource source, CodecHandle decoder, double from_seconds)
      : source_(std::move(source)),
        decoder_(std::move(decoder)),
        from_seconds_(from_seconds),
        packet_(av_packet_alloc()),
        frame_(av_frame_alloc()) {}

  Status Prepare(double rate) {
    if (packet_ == nullptr || frame_ == nullptr)
      return Error{ErrorCode::kInternal, "out of memory"};
    if (rate != 1) {
      HYPERLOCAL_TRY(tempo_, TempoFilter::Create(rate));
    }
    if (from_seconds_ > kSeekBeyondSeconds && HasExactIndex(*source_.demuxer)) {
      const AVRational tick = source_.audio->time_base;
      const double at = from_seconds_ - kRunUpSeconds + source_.origin_seconds();
      const auto stamp = static_cast<std::int64_t>(at * tick.den / tick.num);
      const int code =
          avformat_seek_file(source_.demuxer.get(), source_.audio->index,
                             std::numeric_limits<std::int64_t>::min(), stamp, stamp, 0);
      if (code < 0) return LibavError(code, "looking for its sound");
    }
    return Ok();
  }

  Result<std::size_t> Read(float* samples, std::size_t count) override {
    CaptureLibavMessages();
    const std::size_t wanted = count * kMixChannels;
    while (ready_.size() - taken_ < wanted && !ended_) HYPERLOCAL_TRY_STATUS(DecodeSome());
    const std::size_t given = std::min(wanted, ready_.size() - taken_);
    std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(taken_), given, samples);
    taken_ += given;
    if (taken_ == ready_.size()) {
      ready_.clear();
      taken_ = 0;
    } else if (taken_ > kMixRate) {
      ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    return given / kMixChannels;
  }

 private:
  Status DecodeSome() {
    int code = avcodec_receive_frame(decoder_.get(), frame_.get());
    if (code >= 0) {
      Status done = TakeFrame();
      av_frame_unref(frame_.get());
      return done;
    }
    if (code == AVERROR_EOF) return Finish();
    if (code != AVERROR(EAGAIN)) return LibavError(code, "decoding its sound");
    code = av_read_frame(source_.demuxer.get(), packet_.get());
    if (code == AVERROR_EOF && source_.demuxer->pb != nullptr && source_.demuxer->pb->error < 0) {
      code = source_.demuxer->pb->error;
    }
    if (code == AVERROR_EOF) {
      code = avcodec_send_packet(decoder_.get(), nullptr);
    } else if (code >= 0) {
      const bool ours = packet_->stream_index == source_.audio->index;
      const bool cut_off = ours && (packet_->flags & AV_PKT_FLAG_CORRUPT) != 0;
      code = cut_off ? AVERROR_INVALIDDATA
             : ours  ? avcodec_send_packet(decoder_.get(), packet_.get())
                     : 0;
      av_packet_unref(packet_.get());
    }
    if (code < 0) return LibavError(code, "decoding its sound");
    return Ok();
  }

  Status TakeFrame() {
    if (resampler_ == nullptr) HYPERLOCAL_TRY_STATUS(Begin());
    return Convert(frame_.get());
  }

  // The first decoded samples say what they are, and when they are.
  Status Begin() {
    AVChannelLayout from{}, to{};
    if (frame_->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
      av_channel_layout_default(&from, frame_->ch_layout.nb_channels);
    } else {
      av_channel_layout_copy(&from, &frame_->ch_layout);
    }
    // A single channel is on both sides as strong as it is; a mix to two would weaken it by 3 dB.
    channels_ = from.nb_channels == 1 ? 1 : kMixChannels;
    av_channel_layout_default(&to, channels_);
    SwrContext* raw = nullptr;
    int code = swr_alloc_set_opts2(&raw, &to, AV_SAMPLE_FMT_FLT, kMixRate, &from,
                                   static_cast<AVSampleFormat>(frame_->format), frame_->sample_rate,
                                   0, nullptr);
    av_channel_layout_uninit(&from);
    av_channel_layout_uninit(&to);
    resampler_.reset(raw);
    if (code >= 0) code = swr_init(raw);
    if (code < 0) return LibavError(code, "preparing to convert its samples");
    const double begins =
        frame_->pts == AV_NOPTS_VALUE
            ? 0
            : SecondsOf(frame_->pts, source_.audio->time_base) - source_.origin_seconds();
    to_skip_ = std::llround((from_seconds_ - begins) * kMixRate);
    // The last frame of a codec is longer than the sound; containers of this family say by how
    // much.
    if (const double duration = DurationOf(*source_.audio);
        duration > 0 && std::string_view(source_.demuxer->iformat->name).starts_with("mov")) {
      const double start = source_.audio->start_time == AV_NOPTS_VALUE
                               ? 0
                               : SecondsOf(source_.audio->start_time, source_.audio->time_base) -
                                     source_.origin_seconds();
      left_ = std::max<std::int64_t>(
          0, std::llround((start + duration - std::max(from_seconds_, begins)) * kMixRate));
    }
    if (to_skip_ < 0) {  // the sound begins later than what is asked for
      const std::vector<float> silence(static_cast<std::size_t>(-to_skip_) * kMixChannels);
      to_skip_ = 0;
      return Deliver(silence);
    }
    return Ok();
  }

  Status Convert(const AVFrame* frame) {
    const int room =
        frame != nullptr ? swr_get_out_samples(resampler_.get(), frame->nb_samples) : kDrainSamples;
    converted_.resize(static_cast<std::size_t>(room) * static_cast<std::size_t>(channels_));
    auto* out = reinterpret_cast<std::uint8_t*>(converted_.data());
    const int count = swr_convert(
        resampler_.get(), &out, room,
        frame != nullptr ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr,
        frame != nullptr ? frame->nb_samples : 0);
    if (count < 0) return LibavError(count, "converting its samples");
    const std::int64_t skipped = std::min<std::int64_t>(to_skip_, count);
    const std::int64_t used = std::min(left_, count - skipped);
    to_skip_ -= skipped;
    left_ -= used;
    const std::span<const float> kept = std::span(converted_)
                                            .subspan(static_cast<std::size_t>(skipped * channels_),
                                                     static_cast<std::size_t>(used * channels_));
    if (channels_ == kMixChannels) return Deliver(kept);
    both_.resize(kept.size() * kMixChannels);
    for (std::size_t i = 0; i < kept.size(); ++i) both_[2 * i] = both_[2 * i + 1] = kept[i];
    return Deliver(both_);
  }

  Status Deliver(std::span<const float> samples) {
    if (samples.empty()) return Ok();
    if (tempo_ != nullptr) return tempo_->Push(samples, ready_);
    ready_.insert(ready_.end(), samples.begin(), samples.end());
    return Ok();
  }

  Status Finish() {
    ended_ = true;
    if (resampler_ == nullptr)
      return Error{ErrorCode::kMedia, "it has no sound that can be decoded"};
    HYPERLOCAL_TRY_STATUS(Convert(nullptr));
    if (tempo_ != nullptr) return tempo_->Push({}, ready_);
    return Ok();
  }

  MediaSource source_;
  CodecHandle decoder_;
  const double from_seconds_;
  PacketHandle packet_;
  FrameHandle frame_;
  std::unique_ptr<SwrContext, ResamplerDeleter> resampler_;
  std::unique_ptr<TempoFilter> tempo_;                            // null at the sound's own speed
  int channels_ = kMixChannels;                                   // of what the resampler gives
  std::int64_t to_skip_ = 0;                                      // of what it gives next
  std::int64_t left_ = std::numeric_limits<std::int64_t>::max();  // behind that
  std::vector<float> converted_, both_;
  std::vector<float> ready_;  // to be read, from taken_ on
  std::size_t taken_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<SourceSound>> SourceSound::Open(const std::filesystem::path& file,
                                                       double from_seconds, double rate) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY(MediaSource source, OpenMediaSource(file));
  if (source.audio == nullptr) return Error{ErrorCode::kMedia, "there is no sound in it"};
  if (source.video != nullptr) source.video->discard = AVDISCARD_ALL;
  HYPERLOCAL_TRY(CodecHandle decoder, OpenMediaDecoder(*source.audio));
  auto sound =
      std::make_unique<LibavSourceSound>(std::move(source), std::move(decoder), from_seconds);
  HYPERLOCAL_TRY_STATUS(sound->Prepare(rate));
  return std::unique_ptr<SourceSound>(std::move(sound));
}

}  // namespace hyperlocal
