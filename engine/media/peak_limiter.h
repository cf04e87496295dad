#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace hyperlocal {

// Keeps a mix of two channels below a ceiling by turning it down around its peaks, smoothly and
// before they come; what stays below the ceiling is not touched, not by a bit. Samples come out
// some milliseconds later than they go in, all of them in the end.
class PeakLimiter {
 public:
  explicit PeakLimiter(int sample_rate);

  // Appends to `out` what comes out by now.
  void Push(std::span<const float> samples, std::vector<float>& out);
  // Appends the rest.
  void Finish(std::vector<float>& out);

 private:
  void PushPair(float left, float right, std::vector<float>& out);

  const std::size_t look_ahead_;  // pairs
  const double release_;          // how much of the way back up is made in a sample
  std::deque<float> waiting_;     // two a pair, not out yet
  struct Needed {
    std::size_t at;
    double gain;
  };
  std::deque<Needed> least_;   // of the gains needed in the window ahead, rising
  std::deque<double> recent_;  // gains that were decided on, for their mean
  double sum_;                 // of recent_
  double gain_ = 1;
  std::size_t pushed_ = 0;  // with the silence before the first sample
  std::size_t given_ = 0;   // with that too
};

}  // namespace hyperlocal
