#pragma once

#include <cstdint>
#include <vector>

#include "engine/av/plane_reader.h"
#include "golden/pixel_kernels_internal.h"

namespace hyperlocal::golden {

// The rows of a picture as red, green and blue, by its own tags.
class RgbRows {
 public:
  // Takes the picture up; it must outlive the last Row().
  void Begin(const PlanePicture& picture);
  // Valid until the next call. Rows in rising order are cheapest.
  ColourRow Row(int y);

 private:
  void FillFixed(int y);
  void FillExact(int y);
  void FillPlanar(int y);

  const PlanePicture* picture_ = nullptr;
  bool fixed_ = false;  // 8-bit Y'CbCr with chroma in whole or half columns: the fast way
  FixedMatrix matrix_{};
  int chroma_row_ = -1;  // that chroma_ was made of
  std::vector<std::int16_t> chroma_;
  std::vector<std::int16_t> colours_;
};

// The difference of two pictures of the same size in RGB.
struct RgbFigures;
RgbFigures CompareRgb(const PlanePicture& a, const PlanePicture& b, RgbRows& rows_a,
                      RgbRows& rows_b);

}  // namespace hyperlocal::golden
