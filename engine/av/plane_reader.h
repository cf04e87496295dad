#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// The samples of one plane, row by row; they belong to the picture. One byte a sample up to 8 bits,
// above that two in the machine's own order.
struct SamplePlane {
  const std::uint8_t* bytes = nullptr;
  std::ptrdiff_t stride = 0;  // bytes from row to row
  int width = 0;              // samples
  int height = 0;
};

enum class ColourModel { kGrey, kYcbcr, kRgb };

// How stored samples become colours: the file's own tags, or what a player assumes without them.
struct ColourCoding {
  double kr = 0.2126;  // of the matrix: how much of red and blue is in luma
  double kb = 0.0722;
  bool full_range = false;
  bool operator==(const ColourCoding&) const = default;
};

// One decoded picture as the file stores it, not converted to anything.
struct PlanePicture {
  int width = 0;
  int height = 0;
  ColourModel model = ColourModel::kYcbcr;
  int bits = 8;  // of a sample, 8 to 16
  int plane_count = 0;
  std::array<SamplePlane, 3> planes;  // Y' Cb Cr, or R G B, or grey alone
  std::optional<SamplePlane> alpha;
  ColourCoding coding;
  bool is_key = false;  // a picture that needs no other one
  std::shared_ptr<const void> owner;

  std::size_t sample_bytes() const { return bits > 8 ? 2 : 1; }
  // Whether the samples of two pictures can be compared one by one.
  bool SameLayout(const PlanePicture& other) const;
  // "yuv 4:2:0, 8 bits, alpha": for people.
  std::string LayoutName() const;
};

// Decodes a video, or a single image, picture by picture, without converting its samples.
// Formats whose samples are interleaved are taken apart: RGB and grey of 8 or 16 bits as they are,
// others (palettes, packed YCbCr) by way of libswscale, to 8 bits. One thread at a time. Errors:
// kNoInput, kMedia.
class PlaneReader {
 public:
  // `threads` of the decoder; 0: as many as there are cores. The pictures do not depend on it.
  static Result<std::unique_ptr<PlaneReader>> Open(const std::filesystem::path& file, int threads);
  virtual ~PlaneReader() = default;
  // The next picture; nothing at the end.
  virtual Result<std::optional<PlanePicture>> Next() = 0;
};

// The picture in RGB by its own tags, and with its alpha (kRgba32) if it has any. Chroma is
// interpolated as VideoReader does. Error: kMedia.
Result<Frame> ToRgb(const PlanePicture& picture);

}  // namespace hyperlocal
