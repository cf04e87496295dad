#include "golden/picture_difference.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>

#include <fmt/format.h>

namespace hyperlocal::golden {
namespace {

Status CheckPixels(const Frame& frame, std::string_view which) {
  if (frame.width <= 0 || frame.height <= 0 ||
      frame.pixels.size() != frame.row_bytes() * static_cast<std::size_t>(frame.height)) {
    return Error{
        ErrorCode::kMedia,
        fmt::format("cannot compare pictures: the {} one says {}x{} but has {} bytes of pixels",
                    which, frame.width, frame.height, frame.pixels.size())};
  }
  return Ok();
}

}  // namespace

Result<PictureDifference> ComparePictures(const Frame& expected, const Frame& actual) {
  if (expected.width != actual.width || expected.height != actual.height) {
    return Error{
        ErrorCode::kMedia,
        fmt::format("cannot compare pictures of different sizes: expected {}x{}, got {}x{}",
                    expected.width, expected.height, actual.width, actual.height)};
  }
  HYPERLOCAL_TRY_STATUS(CheckPixels(expected, "expected"));
  HYPERLOCAL_TRY_STATUS(CheckPixels(actual, "actual"));

  const std::size_t expected_step = BytesPerPixel(expected.layout);
  const std::size_t actual_step = BytesPerPixel(actual.layout);
  PictureDifference difference;
  std::uint64_t sum = 0;
  std::uint64_t sum_of_squares = 0;
  for (int y = 0; y < expected.height; ++y) {
    const std::uint8_t* a =
        expected.pixels.data() + static_cast<std::size_t>(y) * expected.row_bytes();
    const std::uint8_t* b = actual.pixels.data() + static_cast<std::size_t>(y) * actual.row_bytes();
    for (int x = 0; x < expected.width; ++x, a += expected_step, b += actual_step) {
      for (int channel = 0; channel < 3; ++channel) {
        const int error = std::abs(a[channel] - b[channel]);
        sum += static_cast<std::uint64_t>(error);
        sum_of_squares += static_cast<std::uint64_t>(error * error);
        if (error > difference.max_error) {
          difference.max_error = error;
          difference.worst_x = x;
          difference.worst_y = y;
        }
      }
    }
  }
  const double values = 3.0 * expected.width * expected.height;
  difference.mean_error = static_cast<double>(sum) / values;
  difference.psnr_db =
      sum_of_squares == 0
          ? std::numeric_limits<double>::infinity()
          : 10 * std::log10(255.0 * 255.0 * values / static_cast<double>(sum_of_squares));
  return difference;
}

}  // namespace hyperlocal::golden
