#include <libdeflate.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/av/image_codec.h"

namespace hyperlocal {
namespace {

// Of 1..12. Higher ones take several times as long for a few percent.
constexpr int kCompressionLevel = 4;

struct CompressorDeleter {
  void operator()(libdeflate_compressor* compressor) const {
    libdeflate_free_compressor(compressor);
  }
};

void AppendBigEndian(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void AppendChunk(std::vector<std::uint8_t>& out, std::string_view type, const std::uint8_t* data,
                 std::size_t size) {
  AppendBigEndian(out, static_cast<std::uint32_t>(size));
  const std::size_t begin = out.size();
  out.insert(out.end(), type.begin(), type.end());
  out.insert(out.end(), data, data + size);
  AppendBigEndian(out, libdeflate_crc32(0, out.data() + begin, size + type.size()));
}

// How far the bytes of a filtered row are from nought, read as signed: the customary guess at which
// filter compresses best.
long Cost(const std::uint8_t* row, std::size_t size) {
  long sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += std::abs(static_cast<std::int8_t>(row[i]));
  return sum;
}

// Each row: one byte that names its filter, then the filtered bytes. Two filters are tried,
// the difference to the pixel on the left and that to the one above; pages are made of flat
// areas and gradients, and one of the two fits.
std::vector<std::uint8_t> FilterRows(const Frame& frame) {
  const std::size_t row_bytes = frame.row_bytes();
  const std::size_t step = BytesPerPixel(frame.layout);
  const auto rows = static_cast<std::size_t>(frame.height);
  std::vector<std::uint8_t> out((row_bytes + 1) * rows);
  std::vector<std::uint8_t> by_up(row_bytes);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint8_t* in = frame.pixels.data() + row * row_bytes;
    std::uint8_t* target = out.data() + row * (row_bytes + 1);
    target[0] = 1;
    for (std::size_t i = 0; i < step; ++i) target[1 + i] = in[i];
    for (std::size_t i = step; i < row_bytes; ++i) {
      target[1 + i] = static_cast<std::uint8_t>(in[i] - in[i - step]);
    }
    if (row == 0) continue;
    for (std::size_t i = 0; i < row_bytes; ++i) {
      by_up[i] = static_cast<std::uint8_t>(in[i] - (in - row_bytes)[i]);
    }
    if (Cost(by_up.data(), row_bytes) < Cost(target + 1, row_bytes)) {
      target[0] = 2;
      std::copy(by_up.begin(), by_up.end(), target + 1);
    }
  }
  return out;
}

}  // namespace

Result<std::vector<std::uint8_t>> EncodePng(const Frame& frame) {
  if (frame.width < 1 || frame.height < 1 ||
      frame.pixels.size() != frame.row_bytes() * static_cast<std::size_t>(frame.height)) {
    return Error{ErrorCode::kMedia, "encoding a PNG: the frame's bytes do not fit its size"};
  }
  const std::unique_ptr<libdeflate_compressor, CompressorDeleter> compressor(
      libdeflate_alloc_compressor(kCompressionLevel));
  if (compressor == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  const std::vector<std::uint8_t> filtered = FilterRows(frame);
  std::vector<std::uint8_t> compressed(
      libdeflate_zlib_compress_bound(compressor.get(), filtered.size()));
  compressed.resize(libdeflate_zlib_compress(compressor.get(), filtered.data(), filtered.size(),
                                             compressed.data(), compressed.size()));
  std::vector<std::uint8_t> out = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  out.reserve(compressed.size() + 64);
  std::vector<std::uint8_t> header;
  AppendBigEndian(header, static_cast<std::uint32_t>(frame.width));
  AppendBigEndian(header, static_cast<std::uint32_t>(frame.height));
  const auto color_type = static_cast<std::uint8_t>(frame.layout == PixelLayout::kRgba32 ? 6 : 2);
  header.insert(header.end(), {8, color_type, 0, 0, 0});
  AppendChunk(out, "IHDR", header.data(), header.size());
  AppendChunk(out, "IDAT", compressed.data(), compressed.size());
  AppendChunk(out, "IEND", nullptr, 0);
  return out;
}

}  // namespace hyperlocal
