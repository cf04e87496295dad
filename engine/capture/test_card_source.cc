#include "engine/capture/test_card_source.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/capture/frame_barcode.h"
#include "engine/capture/rgb_canvas_internal.h"
#include "engine/capture/test_card_pattern.h"

namespace hyperlocal {
namespace {

constexpr RgbColor kBlack{0, 0, 0};
constexpr RgbColor kWhite{255, 255, 255};

// Where a point that moves `distance` along a line of `length` and turns at both ends has got to.
int Bounce(std::int64_t distance, int length) {
  if (length <= 0) return 0;
  const std::int64_t along = distance % (std::int64_t{2} * length);
  return static_cast<int>(along <= length ? along : std::int64_t{2} * length - along);
}

void DrawBox(const TestCard& card, std::int64_t frame, RgbCanvas& canvas) {
  const int room = BarcodeTop(card.height);
  const int side = std::max(8, std::min(card.width, room) / 6);
  const int rim = std::max(1, side / 8);
  // About two seconds at 30 frames a second from edge to edge, whatever the size.
  const int left = Bounce(frame * std::max(2, card.width / 60), card.width - side);
  const int top = Bounce(frame * std::max(1, room / 90), room - side);
  canvas.Fill({.left = left, .top = top, .right = left + side, .bottom = top + side}, kBlack);
  canvas.Fill({.left = left + rim,
               .top = top + rim,
               .right = left + side - rim,
               .bottom = top + side - rim},
              kWhite);
}

// Digits of 3 x 5 dots; a row is three bits, the left one first.
constexpr std::array<std::array<unsigned, 5>, 10> kDigits{{{7, 5, 5, 5, 7},
                                                           {2, 6, 2, 2, 7},
                                                           {7, 1, 7, 4, 7},
                                                           {7, 1, 7, 1, 7},
                                                           {5, 5, 7, 1, 1},
                                                           {7, 4, 7, 1, 7},
                                                           {7, 4, 7, 5, 7},
                                                           {7, 1, 2, 2, 2},
                                                           {7, 5, 7, 5, 7},
                                                           {7, 5, 7, 1, 7}}};

// The frame number for people, in the middle of the space above the barcode.
void DrawNumber(const TestCard& card, std::int64_t frame, RgbCanvas& canvas) {
  const std::string digits = fmt::format("{:05}", frame);
  const int columns = static_cast<int>(digits.size()) * 4 - 1;
  const int room = BarcodeTop(card.height);
  const int dot = std::max(1, std::min(card.width / (columns + 4), room / 9));
  const int left = (card.width - columns * dot) / 2;
  const int top = (room - 5 * dot) / 2;
  for (int i = 0; i < static_cast<int>(digits.size()); ++i) {
    const auto& rows = kDigits[static_cast<std::size_t>(digits[static_cast<std::size_t>(i)] - '0')];
    for (int y = 0; y < 5; ++y) {
      for (int x = 0; x < 3; ++x) {
        if (((rows[static_cast<std::size_t>(y)] >> (2 - x)) & 1U) == 0) continue;
        const int dot_left = left + (i * 4 + x) * dot;
        const int dot_top = top + y * dot;
        canvas.Fill(
            {.left = dot_left, .top = dot_top, .right = dot_left + dot, .bottom = dot_top + dot},
            kWhite);
      }
    }
  }
}

void DrawBarcode(const TestCard& card, std::int64_t frame, RgbCanvas& canvas) {
  const BarcodeCells cells = EncodeBarcode(static_cast<std::uint32_t>(frame));
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    if (!cells[static_cast<std::size_t>(cell)]) continue;  // the background is black there
    canvas.Fill(BarcodeCellAt(card.width, card.height, cell), kWhite);
  }
}

class TestCardSource : public FrameSource {
 public:
  explicit TestCardSource(const TestCard& card)
      : card_(card), background_(PaintTestCardBackground(card)) {}

  Result<CapturedImage> Capture(std::int64_t frame) override {
    if (frame < 0 || frame >= card_.frames) {
      return Error{ErrorCode::kInvalidComposition,
                   fmt::format("frame {} is outside the test card, whose frames are 0 to {}", frame,
                               card_.frames - 1)};
    }
    CapturedImage image{.format = ImageFormat::kRgb24,
                        .width = card_.width,
                        .height = card_.height,
                        .bytes = background_};
    RgbCanvas canvas(card_.width, card_.height, image.bytes);
    if (card_.pattern == TestCardPattern::kNoise) {
      FillWithNoise(card_, background_, frame, image.bytes);
    }
    DrawBox(card_, frame, canvas);
    if (card_.pattern == TestCardPattern::kSlate) DrawNumber(card_, frame, canvas);
    DrawBarcode(card_, frame, canvas);
    return image;
  }

 private:
  TestCard card_;
  std::vector<std::uint8_t> background_;  // painted once; every frame starts as a copy
};

}  // namespace

Result<std::unique_ptr<FrameSource>> CreateTestCardSource(const TestCard& card) {
  HYPERLOCAL_TRY_STATUS(ValidateTestCard(card, "test card"));
  return std::unique_ptr<FrameSource>(std::make_unique<TestCardSource>(card));
}

}  // namespace hyperlocal
