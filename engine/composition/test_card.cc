#include "engine/composition/test_card.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/capture/frame_barcode.h"
#include "engine/composition/project.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

constexpr int kMaximumSide = 7680;  // CONTRACT section 1
constexpr std::array<std::int64_t, 3> kFrameRates{24, 30, 60};

Error Invalid(std::string_view what, std::string_view key, std::string_view wrong) {
  return Error{ErrorCode::kInvalidComposition, fmt::format("{}: {} {}", what, key, wrong)};
}

// A value as it stands in the file, cut to what fits a message.
std::string Shown(const nlohmann::json& value) {
  constexpr std::size_t kLimit = 60;
  std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() <= kLimit) return text;
  std::size_t end = kLimit;  // then back to where a UTF-8 character begins
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

// What is allowed where: the second half of every message about a value.
std::string SideRule(int minimum) {
  return fmt::format("an even whole number from {} to {}", minimum, kMaximumSide);
}
std::string FpsRule() {
  return fmt::format("one of {}", fmt::join(kFrameRates, ", "));
}
std::string FramesRule() {
  return fmt::format("a whole number from 1 to {}", kTestCardMaximumFrames);
}
std::string PatternRule() {
  return fmt::format("one of {}", fmt::join(kTestCardPatternNames, ", "));
}

Status CheckSide(std::string_view key, std::int64_t side, int minimum, std::string_view what) {
  if (side >= minimum && side <= kMaximumSide && side % 2 == 0) return Ok();
  return Invalid(what, key, fmt::format("is {} but must be {}", side, SideRule(minimum)));
}

Status CheckFps(std::int64_t fps, std::string_view what) {
  if (std::find(kFrameRates.begin(), kFrameRates.end(), fps) != kFrameRates.end()) return Ok();
  return Invalid(what, "fps", fmt::format("is {} but must be {}", fps, FpsRule()));
}

Status CheckFrames(std::int64_t frames, std::string_view what) {
  if (frames >= 1 && frames <= kTestCardMaximumFrames) return Ok();
  return Invalid(what, "frames", fmt::format("is {} but must be {}", frames, FramesRule()));
}

// Refuses keys other than `allowed`. `inside` is empty at the top, else "size.".
Status CheckKeys(const nlohmann::json& object, std::initializer_list<std::string_view> allowed,
                 std::string_view inside, std::string_view what) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      return Invalid(what, fmt::format("{}{}", inside, key),
                     fmt::format("(= {}) is not a key of a test card; allowed: {}", Shown(value),
                                 fmt::join(allowed, ", ")));
    }
  }
  return Ok();
}

// JSON does not tell 30 from 30.0, so neither do we.
Result<std::int64_t> WholeNumber(const nlohmann::json& object, const char* key,
                                 std::string_view inside, std::string_view rule,
                                 std::string_view what) {
  const std::string name = fmt::format("{}{}", inside, key);
  const auto found = object.find(key);
  if (found == object.end()) {
    return Invalid(what, name, fmt::format("is missing; it must be {}", rule));
  }
  const Error wrong = Invalid(what, name, fmt::format("is {} but must be {}", Shown(*found), rule));
  if (!found->is_number()) return wrong;
  const double number = found->get<double>();
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!(std::abs(number) <= kExact) || number != std::floor(number)) return wrong;
  return static_cast<std::int64_t>(number);
}

Result<int> Side(const nlohmann::json& object, const char* key, int minimum,
                 std::string_view inside, std::string_view what) {
  HYPERLOCAL_TRY(const std::int64_t side,
                 WholeNumber(object, key, inside, SideRule(minimum), what));
  HYPERLOCAL_TRY_STATUS(CheckSide(fmt::format("{}{}", inside, key), side, minimum, what));
  return static_cast<int>(side);
}

Result<TestCardPattern> Pattern(const nlohmann::json& card, std::string_view what) {
  const auto found = card.find("pattern");
  if (found == card.end()) return TestCardPattern::kBars;
  for (std::size_t i = 0; i < kTestCardPatternNames.size(); ++i) {
    if (found->is_string() && found->get_ref<const std::string&>() == kTestCardPatternNames[i]) {
      return static_cast<TestCardPattern>(i);
    }
  }
  return Invalid(what, "pattern",
                 fmt::format("is {} but must be {}", Shown(*found), PatternRule()));
}

Result<TestCard> CardFromJson(const nlohmann::json& json, std::string_view what) {
  if (!json.is_object()) {
    return Error{ErrorCode::kInvalidComposition,
                 fmt::format("{}: a test card is a JSON object, not {}", what, Shown(json))};
  }
  HYPERLOCAL_TRY_STATUS(
      CheckKeys(json, {"size", "width", "height", "fps", "frames", "pattern"}, "", what));

  const auto size = json.find("size");
  const bool has_size = size != json.end();
  if (has_size && (json.contains("width") || json.contains("height"))) {
    return Invalid(what, "size",
                   "stands beside \"width\" or \"height\"; keep one of the two forms");
  }
  if (has_size && !size->is_object()) {
    return Invalid(
        what, "size",
        fmt::format("is {} but must be an object like {{\"width\": 640, \"height\": 360}}",
                    Shown(*size)));
  }
  if (has_size) HYPERLOCAL_TRY_STATUS(CheckKeys(*size, {"width", "height"}, "size.", what));
  const nlohmann::json& sides = has_size ? *size : json;
  const std::string_view inside = has_size ? "size." : "";

  TestCard card;
  HYPERLOCAL_TRY(card.width, Side(sides, "width", kBarcodeMinimumWidth, inside, what));
  HYPERLOCAL_TRY(card.height, Side(sides, "height", kBarcodeMinimumHeight, inside, what));
  HYPERLOCAL_TRY(const std::int64_t fps, WholeNumber(json, "fps", "", FpsRule(), what));
  HYPERLOCAL_TRY_STATUS(CheckFps(fps, what));
  card.fps = static_cast<int>(fps);
  HYPERLOCAL_TRY(card.frames, WholeNumber(json, "frames", "", FramesRule(), what));
  HYPERLOCAL_TRY_STATUS(CheckFrames(card.frames, what));
  HYPERLOCAL_TRY(card.pattern, Pattern(json, what));
  return card;
}

}  // namespace

Status ValidateTestCard(const TestCard& card, std::string_view what) {
  HYPERLOCAL_TRY_STATUS(CheckSide("width", card.width, kBarcodeMinimumWidth, what));
  HYPERLOCAL_TRY_STATUS(CheckSide("height", card.height, kBarcodeMinimumHeight, what));
  HYPERLOCAL_TRY_STATUS(CheckFps(card.fps, what));
  return CheckFrames(card.frames, what);
}

Result<TestCard> ParseTestCard(std::string_view text, std::string_view what) {
  Result<nlohmann::json> json = ParseJson(text, what);
  if (!json) return Error{ErrorCode::kInvalidComposition, std::move(json).error().message};
  return CardFromJson(*json, what);
}

Result<TestCard> ReadTestCard(const std::filesystem::path& project, const std::string& entry) {
  const bool named = std::filesystem::path(entry).filename() == kTestCardEntry;
  const std::filesystem::path file = project / (named ? entry : std::string(kTestCardEntry));
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  return ParseTestCard(text, file.string());
}

std::string TestCardToJson(const TestCard& card) {
  // Keys sorted, whole numbers and plain names only: canonical as it stands.
  return fmt::format(R"({{"fps":{},"frames":{},"pattern":"{}","size":{{"height":{},"width":{}}}}})",
                     card.fps, card.frames,
                     kTestCardPatternNames[static_cast<std::size_t>(card.pattern)], card.height,
                     card.width);
}

}  // namespace hyperlocal
