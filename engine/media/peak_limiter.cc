#include "engine/media/peak_limiter.h"

#include <algorithm>
#include <cmath>

namespace hyperlocal {
namespace {

// A little below full scale: AAC does not keep peaks to the sample.
constexpr double kCeiling = 0.98;
constexpr double kLookAheadSeconds = 0.005;
constexpr double kReleaseSeconds = 0.08;

}  // namespace

PeakLimiter::PeakLimiter(int sample_rate)
    : look_ahead_(static_cast<std::size_t>(sample_rate * kLookAheadSeconds)),
      release_(1 - std::exp(-1 / (sample_rate * kReleaseSeconds))),
      recent_(look_ahead_ + 1, 1.0),
      sum_(static_cast<double>(look_ahead_ + 1)) {
  // A peak at the very begin is seen coming too.
  std::vector<float> nothing;
  for (std::size_t i = 0; i < look_ahead_; ++i) PushPair(0, 0, nothing);
}

void PeakLimiter::Push(std::span<const float> samples, std::vector<float>& out) {
  for (std::size_t i = 0; i + 1 < samples.size(); i += 2) PushPair(samples[i], samples[i + 1], out);
}

// The gain of a pair is the mean of the gains decided on in the window behind it; each of those is
// at most what the loudest pair of the window ahead of it needs. So every peak lies in all of the
// windows whose mean it gets, and its gain is low enough.
void PeakLimiter::PushPair(float left, float right, std::vector<float>& out) {
  const double peak = std::max(std::abs(left), std::abs(right));
  const double needed = peak > kCeiling ? kCeiling / peak : 1;
  while (!least_.empty() && least_.back().gain >= needed) least_.pop_back();
  least_.push_back({pushed_, needed});
  if (least_.front().at + look_ahead_ < pushed_) least_.pop_front();
  ++pushed_;
  waiting_.push_back(left);
  waiting_.push_back(right);
  if (pushed_ <= look_ahead_) return;

  gain_ = std::min(least_.front().gain, gain_ + (1 - gain_) * release_);
  if (gain_ > 1 - 1e-6) gain_ = std::min(1.0, least_.front().gain);
  sum_ += gain_ - recent_.front();
  recent_.pop_front();
  recent_.push_back(gain_);
  const auto size = static_cast<double>(recent_.size());
  // Where all gains are 1 their mean is too, whatever rounding has left in the sum.
  const bool untouched = gain_ == 1 && std::abs(sum_ - size) < 1e-6;
  if (untouched) sum_ = size;
  const double gain = untouched ? 1 : sum_ / size;
  const bool is_silence_before = given_++ < look_ahead_;
  for (int channel = 0; channel < 2; ++channel) {
    if (!is_silence_before) out.push_back(static_cast<float>(waiting_.front() * gain));
    waiting_.pop_front();
  }
}

void PeakLimiter::Finish(std::vector<float>& out) {
  const std::size_t end = pushed_;
  while (given_ < end) PushPair(0, 0, out);
}

}  // namespace hyperlocal
