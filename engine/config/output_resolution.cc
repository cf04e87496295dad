#include "engine/config/output_resolution.h"

#include <fmt/format.h>

#include <array>

namespace hyperlocal {
namespace {

struct Row {
  OutputResolution resolution;
  std::string_view name;
  PixelSize size;
  bool is_4k;
};
constexpr std::array kRows{
    Row{OutputResolution::kLandscape, "landscape", {1920, 1080}, false},
    Row{OutputResolution::kPortrait, "portrait", {1080, 1920}, false},
    Row{OutputResolution::kLandscape4k, "landscape-4k", {3840, 2160}, true},
    Row{OutputResolution::kPortrait4k, "portrait-4k", {2160, 3840}, true},
    Row{OutputResolution::kSquare, "square", {1080, 1080}, false},
    Row{OutputResolution::kSquare4k, "square-4k", {2160, 2160}, true},
};

struct Alias {
  std::string_view text;
  OutputResolution resolution;
  bool follows_orientation;
};
constexpr std::array kAliases{
    Alias{"1080p", OutputResolution::kLandscape, true},
    Alias{"hd", OutputResolution::kLandscape, true},
    Alias{"4k", OutputResolution::kLandscape4k, true},
    Alias{"uhd", OutputResolution::kLandscape4k, true},
    Alias{"1080p-portrait", OutputResolution::kPortrait, false},
    Alias{"portrait-1080p", OutputResolution::kPortrait, false},
    Alias{"1080p-square", OutputResolution::kSquare, false},
    Alias{"square-1080p", OutputResolution::kSquare, false},
    Alias{"4k-portrait", OutputResolution::kPortrait4k, false},
    Alias{"4k-square", OutputResolution::kSquare4k, false},
};

const Row& RowOf(OutputResolution resolution) {
  for (const Row& row : kRows) {
    if (row.resolution == resolution) return row;
  }
  return kRows[0];
}

bool SameShape(PixelSize a, PixelSize b) {
  return a.width * b.height == a.height * b.width;
}

// The size of the composition's shape, of the same class if there is one.
const Row* InShapeOf(PixelSize composition, bool is_4k) {
  const Row* found = nullptr;
  for (const Row& row : kRows) {
    if (!SameShape(row.size, composition)) continue;
    if (row.is_4k == is_4k) return &row;
    if (found == nullptr) found = &row;
  }
  return found;
}

Error Unreachable(const Row& row, PixelSize composition, const std::string& why) {
  return Error{ErrorCode::kInvalidConfig,
               fmt::format("[validateConfig] config.outputResolution: {} is {}x{}, the composition "
                           "{}x{}: {}",
                           row.name, row.size.width, row.size.height, composition.width,
                           composition.height, why),
               "config.outputResolution"};
}

}  // namespace

std::string_view WireName(OutputResolution resolution) {
  return RowOf(resolution).name;
}
PixelSize SizeOf(OutputResolution resolution) {
  return RowOf(resolution).size;
}

std::optional<ResolutionWish> ParseResolutionWish(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const Row& row : kRows) {
    if (row.name == lower) return ResolutionWish{row.resolution, false};
  }
  for (const Alias& alias : kAliases) {
    if (alias.text == lower) return ResolutionWish{alias.resolution, alias.follows_orientation};
  }
  return std::nullopt;
}

std::string ResolutionNames() {
  std::string names;
  for (const Row& row : kRows) names += std::string(row.name) + ", ";
  for (const Alias& alias : kAliases) names += std::string(alias.text) + ", ";
  names.resize(names.size() - 2);
  return names;
}

Result<double> DeviceScaleOf(const ResolutionWish& wish, PixelSize composition) {
  const Row* row = &RowOf(wish.resolution);
  const Row* const fitting = InShapeOf(composition, row->is_4k);
  if (wish.follows_orientation && fitting != nullptr) row = fitting;
  constexpr std::string_view kWayOut = "--width scales by any factor from a half";
  if (!SameShape(row->size, composition)) {
    return Unreachable(*row, composition,
                       fitting != nullptr
                           ? fmt::format("another shape; {} fits", fitting->name)
                           : fmt::format("another shape, and no resolution has the composition's; "
                                         "{}",
                                         kWayOut));
  }
  if (row->size.width < composition.width) {
    return Unreachable(*row, composition,
                       fmt::format("smaller, and layout is not scaled down by "
                                   "it; {}",
                                   kWayOut));
  }
  if (row->size.width % composition.width != 0) {
    return Unreachable(
        *row, composition,
        fmt::format("{:g} times as large, and a pixel of the layout has to become a "
                    "whole number of pixels; {}",
                    static_cast<double>(row->size.width) / composition.width, kWayOut));
  }
  return static_cast<double>(row->size.width) / composition.width;
}

}  // namespace hyperlocal
