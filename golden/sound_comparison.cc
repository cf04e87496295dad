#include "golden/sound_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>

namespace hyperlocal::golden {
namespace {

constexpr double kFullScale = 32768;
constexpr double kSilenceDb = -70;
constexpr double kSectionSeconds = 20;      // what is correlated: the loudest part of this length
constexpr double kSearchSeconds = 0.5;      // how far apart the sounds may be
constexpr double kShortSectionSeconds = 2;  // for sounds that have nothing below 2 kHz
constexpr double kShortSearchSeconds = 0.1;
constexpr int kCoarseRate = 4000;
// A periodic sound fits at many lags; the one without any wins if it is about as good.
constexpr double kAsGood = 0.002;

using Samples = std::vector<float>;

double LevelDb(const std::vector<std::int16_t>& samples) {
  double sum = 0;
  for (const std::int16_t sample : samples) sum += static_cast<double>(sample) * sample;
  if (samples.empty() || sum == 0) return -120;
  const double rms = std::sqrt(sum / static_cast<double>(samples.size())) / kFullScale;
  return std::max(-120.0, 20 * std::log10(rms));
}

// The dot product in eight lanes, so that it can be vectorised and is the same everywhere.
double Dot(const float* __restrict a, const float* __restrict b, std::size_t count) {
  constexpr std::size_t kLanes = 8;
  float lanes[kLanes] = {};
  double sum = 0;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
    if ((i & 4095) == 0) {  // before single precision loses count
      for (float& lane : lanes) {
        sum += static_cast<double>(lane);
        lane = 0;
      }
    }
  }
  for (const float lane : lanes) sum += static_cast<double>(lane);
  for (; i < count; ++i) sum += static_cast<double>(a[i] * b[i]);
  return sum;
}

// Sums of squares of the first n samples, for every n.
std::vector<double> Energies(const Samples& samples) {
  std::vector<double> sums(samples.size() + 1);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    sums[i + 1] = sums[i] + static_cast<double>(samples[i]) * static_cast<double>(samples[i]);
  }
  return sums;
}

// Correlates two sections at any lag.
class Correlator {
 public:
  Correlator(const Samples& a, const Samples& b)
      : a_(a), b_(b), energies_a_(Energies(a)), energies_b_(Energies(b)) {}

  // Of a[i] with b[i + lag], where both are.
  double At(std::int64_t lag) const {
    const auto n = static_cast<std::int64_t>(std::min(a_.size(), b_.size()));
    const std::int64_t first_a = std::max<std::int64_t>(0, -lag);
    const std::int64_t first_b = std::max<std::int64_t>(0, lag);
    const std::int64_t count = n - std::abs(lag);
    if (count <= 0) return 0;
    const auto sum = [count](const std::vector<double>& energies, std::int64_t first) {
      return energies[static_cast<std::size_t>(first + count)] -
             energies[static_cast<std::size_t>(first)];
    };
    const double energy = std::sqrt(sum(energies_a_, first_a) * sum(energies_b_, first_b));
    if (energy <= 0) return 0;
    return Dot(a_.data() + first_a, b_.data() + first_b, static_cast<std::size_t>(count)) / energy;
  }

  std::int64_t Best(std::int64_t from, std::int64_t to) const {
    std::int64_t best = std::clamp<std::int64_t>(0, from, to);
    double highest = At(best);
    for (std::int64_t lag = from; lag <= to; ++lag) {
      const double value = At(lag);
      if (value > highest) {
        highest = value;
        best = lag;
      }
    }
    return best;
  }

 private:
  const Samples& a_;
  const Samples& b_;
  std::vector<double> energies_a_;
  std::vector<double> energies_b_;
};

// Where the loudest `length` samples begin, to a quarter of that length.
std::size_t Loudest(const std::vector<std::int16_t>& samples, std::size_t length) {
  if (samples.size() <= length) return 0;
  std::size_t best = 0;
  double loudest = -1;
  for (std::size_t start = 0; start + length <= samples.size();
       start += std::max<std::size_t>(1, length / 4)) {
    double sum = 0;
    for (std::size_t i = start; i < start + length; i += 7) {
      sum += std::abs(static_cast<double>(samples[i]));
    }
    if (sum > loudest) {
      loudest = sum;
      best = start;
    }
  }
  return best;
}

Samples Section(const std::vector<std::int16_t>& samples, std::size_t start, std::size_t length) {
  Samples section(length, 0.0F);
  for (std::size_t i = 0; i < length && start + i < samples.size(); ++i) {
    section[i] = static_cast<float>(samples[start + i]) / static_cast<float>(kFullScale);
  }
  return section;
}

// Means of `factor` samples each.
Samples Decimated(const Samples& samples, std::size_t factor) {
  Samples out;
  for (std::size_t i = 0; i + factor <= samples.size(); i += factor) {
    float sum = 0;
    for (std::size_t j = i; j < i + factor; ++j) sum += samples[j];
    out.push_back(sum / static_cast<float>(factor));
  }
  return out;
}

struct Fit {
  double correlation = 0;
  std::int64_t lag = 0;
};

Fit BestFit(const Sound& a, const Sound& b) {
  const double rate = a.sample_rate;
  const auto longest = std::max(a.samples.size(), b.samples.size());
  const auto factor =
      std::max<std::size_t>(1, static_cast<std::size_t>(a.sample_rate) / kCoarseRate);
  std::size_t length = std::min(longest, static_cast<std::size_t>(kSectionSeconds * rate));
  const std::vector<std::int16_t>& louder = a.samples.empty() ? b.samples : a.samples;
  std::size_t start = Loudest(louder, length);
  Samples part_a = Section(a.samples, start, length);
  Samples part_b = Section(b.samples, start, length);
  const Samples coarse_a = Decimated(part_a, factor);
  const Samples coarse_b = Decimated(part_b, factor);
  const auto step = static_cast<std::int64_t>(factor);
  std::int64_t from = 0;
  std::int64_t to = 0;
  const double share = Energies(coarse_a).back() * static_cast<double>(factor) /
                       std::max(Energies(part_a).back(), 1e-12);
  if (share > 0.05) {
    const auto reach = static_cast<std::int64_t>(kSearchSeconds * rate) / step;
    const std::int64_t lag = Correlator(coarse_a, coarse_b).Best(-reach, reach) * step;
    from = lag - 2 * step;
    to = lag + 2 * step;
  } else {
    length = std::min(length, static_cast<std::size_t>(kShortSectionSeconds * rate));
    start = Loudest(louder, length);
    part_a = Section(a.samples, start, length);
    part_b = Section(b.samples, start, length);
    to = static_cast<std::int64_t>(kShortSearchSeconds * rate);
    from = -to;
  }
  const Correlator correlator(part_a, part_b);
  Fit fit;
  fit.lag = correlator.Best(from, to);
  fit.correlation = correlator.At(fit.lag);
  const double unmoved = correlator.At(0);
  if (unmoved + kAsGood >= fit.correlation) fit = Fit{.correlation = unmoved, .lag = 0};
  return fit;
}

std::vector<float> Waveform(std::size_t total, const auto& sample_at) {
  std::vector<float> columns(kWaveformColumns, 0.0F);
  for (std::size_t i = 0; i < total; ++i) {
    float& column = columns[i * kWaveformColumns / total];
    column = std::max(column, std::abs(sample_at(i)));
  }
  return columns;
}

}  // namespace

SoundComparison CompareSounds(const Sound& a, const Sound& b) {
  SoundComparison result;
  result.same_rate = a.sample_rate == b.sample_rate;
  result.level_a_db = LevelDb(a.samples);
  result.level_b_db = LevelDb(b.samples);
  result.silent_a = result.level_a_db < kSilenceDb;
  result.silent_b = result.level_b_db < kSilenceDb;
  const auto value = [](const Sound& sound, std::size_t i) {
    return i < sound.samples.size()
               ? static_cast<float>(sound.samples[i]) / static_cast<float>(kFullScale)
               : 0.0F;
  };
  const std::size_t total = std::max(a.samples.size(), b.samples.size());
  result.waveform_a = Waveform(total, [&](std::size_t i) { return value(a, i); });
  result.waveform_b = Waveform(total, [&](std::size_t i) { return value(b, i); });
  if (!result.same_rate) {
    result.correlation = 0;
    return result;
  }
  result.waveform_difference =
      Waveform(total, [&](std::size_t i) { return value(a, i) - value(b, i); });
  if (result.silent_a || result.silent_b) {
    result.correlation = result.silent_a && result.silent_b ? 1 : 0;
    return result;
  }
  const Fit fit = BestFit(a, b);
  result.correlation = fit.correlation;
  result.lag_samples = fit.lag;
  result.lag =
      std::chrono::microseconds(std::llround(static_cast<double>(fit.lag) * 1e6 / a.sample_rate));
  return result;
}

}  // namespace hyperlocal::golden
