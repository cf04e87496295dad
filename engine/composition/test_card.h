#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// What a test card shows behind its moving box and above its barcode.
enum class TestCardPattern {
  kBars,      // eight colour bars: white, yellow, cyan, green, magenta, red, blue, black at 75 %
  kGradient,  // red grows to the right, green downwards, blue falls along the diagonal
  kNoise,     // grey noise that is new in every frame: the worst case of an encoder
  kSlate,     // flat grey in a white frame, the frame number written large
};

// The names in testcard.json, in the order of the enumeration.
inline constexpr std::array<std::string_view, 4> kTestCardPatternNames{"bars", "gradient", "noise",
                                                                       "slate"};

// A project that renders without a browser: its frames are drawn by TestCardSource.
struct TestCard {
  int width = 0;  // pixels, even, at most 7680; the barcode needs at least 64x36
  int height = 0;
  int fps = 0;  // 24, 30 or 60
  std::int64_t frames = 0;
  TestCardPattern pattern = TestCardPattern::kBars;
  bool operator==(const TestCard&) const = default;
};

// Frame numbers have to fit the 32 bits of the barcode.
inline constexpr std::int64_t kTestCardMaximumFrames = std::int64_t{1} << 32;

// Checks the ranges said above. `what` names the file in messages. Error: kInvalidComposition.
Status ValidateTestCard(const TestCard& card, std::string_view what);

// Reads {"size": {"width": 640, "height": 360}, "fps": 30, "frames": 60, "pattern": "bars"};
// "width" and "height" may stand at the top instead of in "size"; "pattern" may be left out.
// Error: kInvalidComposition naming `what`, the key, its value and what is allowed there; so are
// unknown keys and text that is not JSON.
Result<TestCard> ParseTestCard(std::string_view text, std::string_view what);

// The card of a project that DetectProjectKind called kTestCard. Errors: as ParseTestCard;
// kNoInput, kPermission, kIo.
Result<TestCard> ReadTestCard(const std::filesystem::path& project, const std::string& entry);

// The card as ParseTestCard reads it, in canonical JSON.
std::string TestCardToJson(const TestCard& card);

}  // namespace hyperlocal
