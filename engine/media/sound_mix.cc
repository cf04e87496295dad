#include "engine/media/sound_mix.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "engine/av/sound_writer.h"
#include "engine/av/source_sound.h"
#include "engine/media/media_file.h"
#include "engine/media/peak_limiter.h"

namespace hyperlocal {
namespace {

constexpr std::int64_t kBlock = 4800;           // pairs of samples that are mixed at once
constexpr std::int64_t kFade = kMixRate / 500;  // pairs

std::int64_t PairAt(double seconds) {
  return std::llround(seconds * kMixRate);
}

// One clip on its way through the film.
class Track {
 public:
  Track(const SoundClip& clip, FrameRate rate)
      : clip_(clip),
        frames_per_pair_(static_cast<double>(rate.num) / rate.den / kMixRate),
        begin_(PairAt(std::max(0.0, clip.element.start_seconds))),
        end_(std::max(begin_, PairAt(clip.end_seconds))) {
    const MediaElement& element = clip.element;
    media_start_ =
        element.media_start_seconds + std::max(0.0, -element.start_seconds) * element.playback_rate;
    fades_in_ = media_start_ > 0;
  }

  // Adds to `mix` what of the clip lies in the pairs from `first` on.
  Status AddTo(std::vector<float>& mix, std::int64_t first) {
    const auto count = static_cast<std::int64_t>(mix.size()) / kMixChannels;
    const std::int64_t from = std::max(first, begin_);
    const std::int64_t to = std::min(first + count, end_ + kFade);
    if (from >= to || over_) return Ok();
    if (source_ == nullptr && from == begin_) HYPERLOCAL_TRY_STATUS(Open());
    if (source_ == nullptr) return Ok();
    samples_.assign(static_cast<std::size_t>((to - from) * kMixChannels), 0);
    HYPERLOCAL_TRY_STATUS(Fill());
    for (std::int64_t pair = from; pair < to; ++pair) {
      const double gain = GainAt(pair);
      for (int channel = 0; channel < kMixChannels; ++channel) {
        mix[static_cast<std::size_t>((pair - first) * kMixChannels + channel)] +=
            static_cast<float>(
                samples_[static_cast<std::size_t>((pair - from) * kMixChannels + channel)] * gain);
      }
    }
    if (to == end_ + kFade || over_) source_.reset();
    return Ok();
  }

 private:
  Status Open() {
    auto opened = SourceSound::Open(clip_.file, media_start_, clip_.element.playback_rate);
    if (!opened) return SourceError(clip_.element, std::move(opened).error());
    source_ = std::move(*opened);
    return Ok();
  }

  // samples_ from the source, which begins again when it is over and goes round.
  Status Fill() {
    const std::size_t wanted = samples_.size() / kMixChannels;
    std::size_t filled = 0;
    bool nothing_new = false;  // in a whole round
    while (filled < wanted) {
      auto read = source_->Read(samples_.data() + filled * kMixChannels, wanted - filled);
      if (!read) return SourceError(clip_.element, std::move(read).error());
      filled += *read;
      if (*read > 0) nothing_new = false;
      if (filled == wanted) break;
      if (!clip_.element.loop || nothing_new) {
        over_ = true;
        break;
      }
      nothing_new = true;
      HYPERLOCAL_TRY_STATUS(Open());
    }
    return Ok();
  }

  double GainAt(std::int64_t pair) const {
    double fade = 1;
    if (fades_in_ && pair - begin_ < kFade) {
      fade = static_cast<double>(pair - begin_) / kFade;
    } else if (pair >= end_) {
      fade = 1 - static_cast<double>(pair - end_) / kFade;
    }
    if (clip_.gains.empty()) return fade;
    const double frame = static_cast<double>(pair) * frames_per_pair_;
    const auto last = clip_.gains.size() - 1;
    const auto before = std::min(last, static_cast<std::size_t>(frame));
    const double towards = std::clamp(frame - static_cast<double>(before), 0.0, 1.0);
    const double a = clip_.gains[before], b = clip_.gains[std::min(last, before + 1)];
    return fade * (a + (b - a) * towards);
  }

  const SoundClip& clip_;
  const double frames_per_pair_;
  const std::int64_t begin_, end_;  // pairs of the film; kFade more may be heard behind the end
  double media_start_ = 0;
  bool fades_in_ = false;
  bool over_ = false;
  std::unique_ptr<SourceSound> source_;  // while it is heard
  std::vector<float> samples_;
};

}  // namespace

Status MixSound(const std::vector<SoundClip>& clips, std::int64_t frames, FrameRate rate,
                const std::filesystem::path& file) {
  HYPERLOCAL_TRY(const std::unique_ptr<SoundWriter> writer, SoundWriter::Create(file));
  std::vector<std::unique_ptr<Track>> tracks;
  for (const SoundClip& clip : clips) tracks.push_back(std::make_unique<Track>(clip, rate));
  PeakLimiter limiter(kMixRate);
  const std::int64_t total =
      std::llround(static_cast<double>(frames) * rate.den / rate.num * kMixRate);
  std::vector<float> mix, limited;
  for (std::int64_t first = 0; first < total; first += kBlock) {
    mix.assign(static_cast<std::size_t>(std::min(kBlock, total - first) * kMixChannels), 0);
    for (const auto& track : tracks) HYPERLOCAL_TRY_STATUS(track->AddTo(mix, first));
    limited.clear();
    limiter.Push(mix, limited);
    HYPERLOCAL_TRY_STATUS(writer->Write(limited));
  }
  limited.clear();
  limiter.Finish(limited);
  HYPERLOCAL_TRY_STATUS(writer->Write(limited));
  return writer->Finish();
}

}  // namespace hyperlocal
