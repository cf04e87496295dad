#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/av/plane_reader.h"
#include "engine/error/result.h"

namespace hyperlocal::golden {

// 10 log10(peak² / mean squared error) in dB; infinite when there is no error.
double PsnrDb(double mean_squared_error, double peak);

struct PlaneFigures {
  double mse = 0;   // in steps of the samples
  double ssim = 1;  // mean over windows of 8x8 every four samples
};

// Over the red, green and blue of all pixels, 0 to 255, each picture by its own colour tags. Chroma
// is repeated over the pixels it stands for.
struct RgbFigures {
  double mse = 0;
  double mean_error = 0;
  int max_error = 0;
  int worst_x = 0;  // the first pixel, row by row, that has max_error
  int worst_y = 0;
  std::int64_t differing_pixels = 0;
};

// How far one picture is from another.
struct PictureFigures {
  // Not one stored sample differs, and they mean the same colours.
  bool identical = false;
  // The samples of the planes could be compared one by one: same subsampling, depth and kind.
  bool planes_compared = false;
  int plane_count = 0;
  std::array<PlaneFigures, 3> planes;  // Y' Cb Cr, or R G B, or grey
  double peak = 255;                   // the largest value of a sample
  // Over all planes (alpha apart), each weighted by its number of samples.
  double mse = 0;
  double ssim = 1;
  // Of the first plane (of green, for RGB), at up to five scales; windows as in `ssim`. 16-bit
  // samples are rounded to 8 bits for it. Meaningless, as the two above, unless planes_compared.
  double ms_ssim = 1;
  RgbFigures rgb;
  std::optional<PlaneFigures> alpha;  // if both have one, of the same depth
  bool opaque_a = true;               // no alpha, or nothing but opaque in it
  bool opaque_b = true;
};

// A coarse picture of means, in 1/64 of a level of 8 bits: tells which frame is which, and how
// colours were mapped. Luma in kSignatureColumns x kSignatureRows cells, chroma in a quarter of
// them; a picture in RGB has a luma, and no chroma.
inline constexpr int kSignatureColumns = 32;
inline constexpr int kSignatureRows = 18;
struct PictureSignature {
  std::vector<std::int16_t> luma;
  std::vector<std::int16_t> cb;
  std::vector<std::int16_t> cr;
};
PictureSignature SignatureOf(const PlanePicture& picture);

// Compares pictures; keeps its buffers from one to the next. One thread at a time.
class PictureComparer {
 public:
  PictureComparer();
  ~PictureComparer();
  PictureComparer(const PictureComparer&) = delete;
  PictureComparer& operator=(const PictureComparer&) = delete;

  // Error: kMedia when the sizes differ, or are nothing.
  Result<PictureFigures> Compare(const PlanePicture& a, const PlanePicture& b);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace hyperlocal::golden
