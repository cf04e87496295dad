#include "engine/capture/frame_barcode.h"

#include <cstddef>

namespace hyperlocal {
namespace {

constexpr int kDataColumns = kBarcodeColumns - 2;
static_assert(kDataColumns == 16, "a row carries one 16-bit word");

std::uint16_t Crc16(std::uint32_t value) {
  std::uint32_t crc = 0xFFFF;
  for (int shift = 24; shift >= 0; shift -= 8) {
    crc ^= ((value >> shift) & 0xFFU) << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
      crc &= 0xFFFFU;
    }
  }
  return static_cast<std::uint16_t>(crc);
}

}  // namespace

BarcodeCells EncodeBarcode(std::uint32_t frame) {
  const std::array<std::uint32_t, kBarcodeRows> words{frame >> 16, frame & 0xFFFFU, Crc16(frame)};
  BarcodeCells cells{};
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    const int bit = kDataColumns - cell % kBarcodeColumns;  // column 1 holds bit 15
    const std::uint32_t word = words[static_cast<std::size_t>(cell / kBarcodeColumns)];
    const std::optional<bool> sync = BarcodeSyncMark(cell);
    cells[static_cast<std::size_t>(cell)] = sync ? *sync : ((word >> bit) & 1U) != 0;
  }
  return cells;
}

std::optional<std::uint32_t> DecodeBarcode(const BarcodeCells& cells) {
  std::array<std::uint32_t, kBarcodeRows> words{};
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    const bool white = cells[static_cast<std::size_t>(cell)];
    if (const std::optional<bool> sync = BarcodeSyncMark(cell)) {
      if (*sync != white) return std::nullopt;
      continue;
    }
    std::uint32_t& word = words[static_cast<std::size_t>(cell / kBarcodeColumns)];
    word = (word << 1) | (white ? 1U : 0U);
  }
  const std::uint32_t frame = (words[0] << 16) | words[1];
  if (words[2] != Crc16(frame)) return std::nullopt;
  return frame;
}

}  // namespace hyperlocal
