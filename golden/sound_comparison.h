#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/av/audio_reader.h"

namespace hyperlocal::golden {

// How far two sounds are apart. All channels are mixed to one for it.
struct SoundComparison {
  // Said instead of guessed: sounds at different rates are not correlated.
  bool same_rate = true;
  double level_a_db = 0;  // root mean square, of the full scale; at least -120
  double level_b_db = 0;
  bool silent_a = false;  // below -70 dB throughout
  bool silent_b = false;
  double correlation = 1;  // -1 to 1, at the best lag; 1 for two silences
  // How much later the same thing is heard in b; negative: earlier. Looked for within half a
  // second.
  std::int64_t lag_samples = 0;
  std::chrono::microseconds lag{0};
  // The largest absolute sample, 0 to 1, in each of kWaveformColumns equal parts of the longer
  // sound's time; of the difference without any lag.
  std::vector<float> waveform_a;
  std::vector<float> waveform_b;
  std::vector<float> waveform_difference;
};
inline constexpr int kWaveformColumns = 600;

SoundComparison CompareSounds(const Sound& a, const Sound& b);

}  // namespace hyperlocal::golden
