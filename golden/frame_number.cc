#include "golden/frame_number.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "engine/capture/frame_barcode.h"

namespace hyperlocal::golden {
namespace {

// White has to be lighter than black by this much of 255, or there is no barcode here.
constexpr double kMinimumContrast = 64;
// A cell this far into the way from one level to the other is neither black nor white. Blending two
// frames puts the cells in which they differ at 0.5.
constexpr double kBlackBelow = 0.35;
constexpr double kWhiteAbove = 0.65;
// So many samples a side are enough for the mean of a cell.
constexpr int kSamplesASide = 16;

using CellLevels = std::array<double, kBarcodeCells>;

Error Damaged(const Frame& frame, const std::string& why) {
  return Error{ErrorCode::kMedia,
               fmt::format("no frame number can be read from this {}x{} picture: {}", frame.width,
                           frame.height, why)};
}

std::string Place(int cell) {
  return fmt::format("row {}, column {} of the barcode", cell / kBarcodeColumns + 1,
                     cell % kBarcodeColumns + 1);
}

// The mean luma (BT.709, 0 to 255) of the inner half of the cell: its edges belong to the codec's
// ringing.
double MeanLuma(const Frame& frame, const PixelRectangle& cell) {
  const int inset_x = (cell.right - cell.left + 1) / 4;
  const int inset_y = (cell.bottom - cell.top + 1) / 4;
  const PixelRectangle inner{cell.left + inset_x, cell.top + inset_y, cell.right - inset_x,
                             cell.bottom - inset_y};
  const int step_x = std::max(1, (inner.right - inner.left) / kSamplesASide);
  const int step_y = std::max(1, (inner.bottom - inner.top) / kSamplesASide);
  const std::size_t pixel_bytes = BytesPerPixel(frame.layout);
  double sum = 0;
  int samples = 0;
  for (int y = inner.top; y < inner.bottom; y += step_y) {
    const std::uint8_t* row = frame.pixels.data() + static_cast<std::size_t>(y) * frame.row_bytes();
    for (int x = inner.left; x < inner.right; x += step_x) {
      const std::uint8_t* pixel = row + static_cast<std::size_t>(x) * pixel_bytes;
      sum += 0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2];
      ++samples;
    }
  }
  return sum / samples;
}

}  // namespace

Result<std::int64_t> ReadFrameNumber(const Frame& frame) {
  if (!BarcodeFits(frame.width, frame.height)) {
    return Damaged(frame, fmt::format("the barcode needs at least {}x{}", kBarcodeMinimumWidth,
                                      kBarcodeMinimumHeight));
  }
  const std::size_t expected_bytes = frame.row_bytes() * static_cast<std::size_t>(frame.height);
  if (frame.pixels.size() != expected_bytes) {
    return Damaged(frame, fmt::format("it has {} bytes of pixels instead of {}",
                                      frame.pixels.size(), expected_bytes));
  }

  CellLevels levels{};
  double white = 0;
  double black = 0;
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    const double level = MeanLuma(frame, BarcodeCellAt(frame.width, frame.height, cell));
    levels[static_cast<std::size_t>(cell)] = level;
    if (const std::optional<bool> sync = BarcodeSyncMark(cell)) {
      (*sync ? white : black) += level / kBarcodeRows;  // one white and one black mark a row
    }
  }
  if (white - black < kMinimumContrast) {
    return Damaged(
        frame,
        fmt::format("its sync marks are missing (white at {:.0f} and black at {:.0f} of 255)",
                    white, black));
  }

  BarcodeCells cells{};
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    const double level = levels[static_cast<std::size_t>(cell)];
    const double part = (level - black) / (white - black);
    if (part > kBlackBelow && part < kWhiteAbove) {
      return Damaged(
          frame,
          fmt::format(
              "{} is neither black nor white ({:.0f} of 255, between black at {:.0f} and white "
              "at {:.0f})",
              Place(cell), level, black, white));
    }
    cells[static_cast<std::size_t>(cell)] = part >= kWhiteAbove;
    const std::optional<bool> sync = BarcodeSyncMark(cell);
    if (sync && *sync != cells[static_cast<std::size_t>(cell)]) {
      return Damaged(frame, fmt::format("the sync mark at {} is {} instead of {}", Place(cell),
                                        *sync ? "black" : "white", *sync ? "white" : "black"));
    }
  }
  const std::optional<std::uint32_t> number = DecodeBarcode(cells);
  if (!number) return Damaged(frame, "the checksum in the barcode does not match its number");
  return std::int64_t{*number};
}

}  // namespace hyperlocal::golden
