#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// The sizes that `outputResolution` names: the composition is drawn at that size by a device scale
// factor, its layout stays.
enum class OutputResolution {
  kLandscape,
  kPortrait,
  kLandscape4k,
  kPortrait4k,
  kSquare,
  kSquare4k
};

struct PixelSize {
  int width = 0;
  int height = 0;
  bool operator==(const PixelSize&) const = default;
};

std::string_view WireName(OutputResolution resolution);  // landscape, portrait-4k, …
PixelSize SizeOf(OutputResolution resolution);

// What is asked for: a size, and whether a composition of another orientation gets the size of the
// same class in its own (as 1080p, hd, 4k and uhd mean it).
struct ResolutionWish {
  OutputResolution resolution = OutputResolution::kLandscape;
  bool follows_orientation = false;
  bool operator==(const ResolutionWish&) const = default;
};

// From a wire name or one of the published aliases (1080p, hd, 4k, uhd, 1080p-portrait, 4k-square,
// …), in any case; empty for any other text.
std::optional<ResolutionWish> ParseResolutionWish(std::string_view text);
// All of these texts, for messages and help.
std::string ResolutionNames();

// The device scale factor that draws a composition of that size as wished. Error: kInvalidConfig,
// for the field config.outputResolution, when another shape, a smaller size, or a factor that is no
// whole number would be needed, as published; with what to ask for instead.
Result<double> DeviceScaleOf(const ResolutionWish& wish, PixelSize composition);

}  // namespace hyperlocal
