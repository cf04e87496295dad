#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "golden/colour_mapping_internal.h"

namespace hyperlocal::golden {
namespace {

constexpr std::size_t kMostFrames = 24;    // that are looked at, spread over the video
constexpr double kWorthExplaining = 0.75;  // levels of 8 bits, in the mean
constexpr double kBetter = 0.4;            // an explanation leaves this part of the error at most

using Colour = std::array<double, 3>;  // Y' Cb Cr in levels of 8 bits, or R' G' B'

struct Coefficients {
  double kr;
  double kb;
};
constexpr Coefficients kBt601{0.299, 0.114};
constexpr Coefficients kBt709{0.2126, 0.0722};

Colour ToRgb(const Colour& c, Coefficients k) {
  const double y = (c[0] - 16) / 219;
  const double u = (c[1] - 128) / 224;
  const double v = (c[2] - 128) / 224;
  const double r = y + 2 * (1 - k.kr) * v;
  const double b = y + 2 * (1 - k.kb) * u;
  return {r, (y - k.kr * r - k.kb * b) / (1 - k.kr - k.kb), b};
}

Colour FromRgb(const Colour& rgb, Coefficients k) {
  const double y = k.kr * rgb[0] + (1 - k.kr - k.kb) * rgb[1] + k.kb * rgb[2];
  return {16 + 219 * y, 128 + 224 * (rgb[2] - y) / (2 * (1 - k.kb)),
          128 + 224 * (rgb[0] - y) / (2 * (1 - k.kr))};
}

struct Explanation {
  FindingKind kind;
  const char* words;
  std::function<Colour(const Colour&)> map;
};

const std::vector<Explanation>& Explanations() {
  static const std::vector<Explanation> all{
      {FindingKind::kMatrix, "B is coded with the BT.601 matrix where A is coded with BT.709",
       [](const Colour& c) { return FromRgb(ToRgb(c, kBt709), kBt601); }},
      {FindingKind::kMatrix, "B is coded with the BT.709 matrix where A is coded with BT.601",
       [](const Colour& c) { return FromRgb(ToRgb(c, kBt601), kBt709); }},
      {FindingKind::kRange, "B is coded in full range where A is in limited range",
       [](const Colour& c) {
         return Colour{(c[0] - 16) * 255 / 219, (c[1] - 128) * 255 / 224 + 128,
                       (c[2] - 128) * 255 / 224 + 128};
       }},
      {FindingKind::kRange, "B is coded in limited range where A is in full range",
       [](const Colour& c) {
         return Colour{c[0] * 219 / 255 + 16, (c[1] - 128) * 224 / 255 + 128,
                       (c[2] - 128) * 224 / 255 + 128};
       }},
      {FindingKind::kChannelsSwapped, "red and blue have changed places in B",
       [](const Colour& c) {
         const Colour rgb = ToRgb(c, kBt709);
         return FromRgb({rgb[2], rgb[1], rgb[0]}, kBt709);
       }},
  };
  return all;
}

// The cells of a signature as colours; none for a picture without chroma.
std::vector<Colour> Cells(const PictureSignature& signature) {
  std::vector<Colour> cells;
  constexpr std::size_t kColumns = kSignatureColumns / 2;
  constexpr std::size_t kRows = kSignatureRows / 2;
  if (signature.cb.size() != kColumns * kRows || signature.luma.size() != 4 * signature.cb.size()) {
    return cells;
  }
  for (std::size_t y = 0; y < kRows; ++y) {
    for (std::size_t x = 0; x < kColumns; ++x) {
      const std::size_t at = 2 * y * kSignatureColumns + 2 * x;
      const double luma = signature.luma[at] + signature.luma[at + 1] +
                          signature.luma[at + kSignatureColumns] +
                          signature.luma[at + kSignatureColumns + 1];
      const std::size_t chroma = y * kColumns + x;
      cells.push_back({luma / 256, signature.cb[chroma] / 64.0, signature.cr[chroma] / 64.0});
    }
  }
  return cells;
}

double Distance(const Colour& a, const Colour& b) {
  return (std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2])) / 3;
}

std::optional<Finding> WrongTags(const VideoComparison& comparison) {
  const VideoFacts& a = comparison.a.source.video;
  const VideoFacts& b = comparison.b.source.video;
  const auto finding = [&](FindingKind kind, const char* what, const std::string& of_a,
                           const std::string& of_b) {
    return Finding{.kind = kind,
                   .message = fmt::format("the stored samples are alike, but B's tags say {} {} "
                                          "where A's say {}: players show other colours",
                                          what, of_b, of_a),
                   .first_frame = 0,
                   .frames = static_cast<std::int64_t>(comparison.frames.size())};
  };
  if (a.color_range != b.color_range) {
    return finding(FindingKind::kRange, "range", a.color_range, b.color_range);
  }
  if (a.color_matrix != b.color_matrix) {
    return finding(FindingKind::kMatrix, "matrix", a.color_matrix, b.color_matrix);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Finding> FindColourFault(const VideoComparison& comparison) {
  const std::size_t frames = comparison.frames.size();
  const std::size_t step = std::max<std::size_t>(1, frames / kMostFrames);
  std::vector<double> errors(Explanations().size(), 0);
  double unexplained = 0;
  double cells = 0;
  for (std::size_t i = 0; i < frames; i += step) {
    const std::vector<Colour> a = Cells(comparison.signatures_a[i]);
    const std::vector<Colour> b = Cells(comparison.signatures_b[i]);
    if (a.size() != b.size()) return std::nullopt;
    for (std::size_t cell = 0; cell < a.size(); ++cell) {
      unexplained += Distance(a[cell], b[cell]);
      for (std::size_t e = 0; e < errors.size(); ++e) {
        errors[e] += Distance(Explanations()[e].map(a[cell]), b[cell]);
      }
      ++cells;
    }
  }
  if (cells == 0) return std::nullopt;
  const bool same_tags = SameColourTags(comparison);
  if (unexplained / cells < kWorthExplaining) {
    return same_tags ? std::nullopt : WrongTags(comparison);
  }
  const auto best = std::min_element(errors.begin(), errors.end());
  if (*best > unexplained * kBetter) return std::nullopt;
  const auto& explanation = Explanations()[static_cast<std::size_t>(best - errors.begin())];
  return Finding{.kind = explanation.kind,
                 .message = fmt::format("{}{}", explanation.words,
                                        same_tags ? ", and both have the same tags" : ""),
                 .first_frame = 0,
                 .frames = static_cast<std::int64_t>(frames)};
}

}  // namespace hyperlocal::golden
