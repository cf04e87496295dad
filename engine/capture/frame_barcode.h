#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// The frame number as a picture: the geometry and the code that the test card (which draws it) and
// the golden reader (which finds it again in a decoded video) share.
//
// The lowest third of the picture, over its full width, is a grid of 18 x 3 cells, each black or
// white and nothing between, so that all of it is in the luma plane and 4:2:0 cannot hurt it:
//
//     column   0      1 … 16                    17
//     row 0    white  frame number, bits 31-16  black
//     row 1    white  frame number, bits 15-0   black
//     row 2    black  CRC-16 of the number      white
//
// The most significant bit comes first; white is 1. Columns 0 and 17 are the sync marks: they give
// the reader its black and white levels, and no mirrored or turned picture shows the same ones. The
// CRC (CRC-16/CCITT-FALSE over the four bytes, big end first) finds every error of up to three
// cells and all but one in 65,536 of the others.
//
// The cells are fractions of the picture, not pixels: a video that was scaled afterwards still
// reads.
inline constexpr int kBarcodeColumns = 18;
inline constexpr int kBarcodeRows = 3;
inline constexpr int kBarcodeCells = kBarcodeColumns * kBarcodeRows;

// Below this size a cell would be thinner than three pixels, and H.264 at crf 28 would eat it.
inline constexpr int kBarcodeMinimumWidth = 64;
inline constexpr int kBarcodeMinimumHeight = 36;

constexpr bool BarcodeFits(int width, int height) {
  return width >= kBarcodeMinimumWidth && height >= kBarcodeMinimumHeight;
}

// The first row of pixels that belongs to the barcode; even, so that no chroma sample straddles the
// edge.
constexpr int BarcodeTop(int height) {
  return height * 2 / 3 / 2 * 2;
}

// Where cell `cell` (row by row, from 0) lies in a picture of this size. The cells tile the barcode
// without gaps.
constexpr PixelRectangle BarcodeCellAt(int width, int height, int cell) {
  const int column = cell % kBarcodeColumns;
  const int row = cell / kBarcodeColumns;
  const int top = BarcodeTop(height);
  return {.left = width * column / kBarcodeColumns,
          .top = top + (height - top) * row / kBarcodeRows,
          .right = width * (column + 1) / kBarcodeColumns,
          .bottom = top + (height - top) * (row + 1) / kBarcodeRows};
}

// The colour of a sync mark, true for white; nothing for a cell that carries data.
constexpr std::optional<bool> BarcodeSyncMark(int cell) {
  const int column = cell % kBarcodeColumns;
  const bool upper = cell / kBarcodeColumns < 2;
  if (column == 0) return upper;
  if (column == kBarcodeColumns - 1) return !upper;
  return std::nullopt;
}

// All cells, row by row; true is white.
using BarcodeCells = std::array<bool, kBarcodeCells>;

BarcodeCells EncodeBarcode(std::uint32_t frame);

// The frame number, or nothing when a sync mark or the checksum is wrong.
std::optional<std::uint32_t> DecodeBarcode(const BarcodeCells& cells);

}  // namespace hyperlocal
