#pragma once

#include <cstdint>
#include <vector>

#include "engine/av/plane_reader.h"
#include "golden/picture_metrics.h"

namespace hyperlocal::golden {

struct PlaneComparison {
  PlaneFigures figures;
  double contrast = 1;  // SSIM without its luminance part
};

// Compares two planes of the same size. A plane below 8x8 samples has no SSIM of windows: it is 1
// or 0, for equal and unequal.
class PlaneComparer {
 public:
  PlaneComparison Compare(const SamplePlane& a, const SamplePlane& b, int bits);
  // At up to five scales; `first` is what Compare said of the same planes.
  double MultiScaleSsim(const SamplePlane& a, const SamplePlane& b, int bits,
                        const PlaneComparison& first);

 private:
  PlaneComparison CompareBytes(const SamplePlane& a, const SamplePlane& b);
  PlaneComparison CompareWords(const SamplePlane& a, const SamplePlane& b, int bits);
  // Every 2x2 becomes a sample of `out`.
  static SamplePlane Halved(const SamplePlane& plane, std::vector<std::uint8_t>& out);

  std::vector<std::int32_t> sums_;
  std::vector<double> wide_sums_;
  std::vector<std::uint8_t> smaller_[2][2];  // of a and of b; the two take turns
};

// Whether the samples of two planes of the same size are the same.
bool SameSamples(const SamplePlane& a, const SamplePlane& b, std::size_t sample_bytes);

}  // namespace hyperlocal::golden
