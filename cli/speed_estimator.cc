#include "cli/speed_estimator.h"

#include <algorithm>
#include <cmath>

namespace hyperlocal::cli {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kTimeConstant{4.0};
constexpr Seconds kSettling{1.0};
constexpr Seconds kShortestStep{0.05};  // several samples of one moment are one

}  // namespace

void SpeedEstimator::Sample(TimePoint now, std::int64_t frames) {
  if (!started_) {
    started_ = true;
    first_ = last_ = now;
    last_frames_ = frames;
    return;
  }
  const Seconds step = now - last_;
  if (step < kShortestStep) return;
  const double current = static_cast<double>(frames - last_frames_) / step.count();
  const double share = 1 - std::exp(-step.count() / kTimeConstant.count());
  weighted_ += share * (std::max(0.0, current) - weighted_);
  weight_ += share * (1 - weight_);
  last_ = now;
  last_frames_ = frames;
}

std::optional<double> SpeedEstimator::speed() const {
  if (!started_ || last_ - first_ < kSettling || weight_ <= 0) return std::nullopt;
  return weighted_ / weight_;
}

std::optional<std::chrono::milliseconds> SpeedEstimator::TimeFor(std::int64_t frames) const {
  constexpr double kSlowestSpeed = 0.01;  // below it a forecast says nothing
  const std::optional<double> frames_per_second = speed();
  if (!frames_per_second || *frames_per_second < kSlowestSpeed) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      Seconds(static_cast<double>(frames) / *frames_per_second));
}

}  // namespace hyperlocal::cli
