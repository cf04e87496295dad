#pragma once

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal::golden {

// How far two pictures are apart, over the red, green and blue values of all pixels (0 to 255).
// Alpha is not looked at, so that a kRgba32 capture can be compared with a kRgb24 decode.
struct PictureDifference {
  double mean_error = 0;  // mean absolute difference
  int max_error = 0;      // largest absolute difference
  int worst_x = 0;        // the first pixel, row by row, that has max_error
  int worst_y = 0;
  double psnr_db = 0;  // 10 log10(255² / mean squared difference); infinite for equal pictures
};

// Errors: kMedia when the sizes differ, when a picture is empty, or when its pixels do not fill its
// size.
Result<PictureDifference> ComparePictures(const Frame& expected, const Frame& actual);

}  // namespace hyperlocal::golden
