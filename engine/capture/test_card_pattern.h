#pragma once

#include <cstdint>
#include <vector>

#include "engine/composition/test_card.h"

namespace hyperlocal {

// The background of a card's frame, all of its picture in kRgb24, with the barcode's third black.
// Whole numbers only, so that every machine draws the same bytes. For kNoise it is the supply of
// noise from which FillWithNoise makes each frame.
std::vector<std::uint8_t> PaintTestCardBackground(const TestCard& card);

// Overwrites everything above the barcode with noise that depends on `frame`: rows of `background`,
// each taken from another row and turned by another offset.
void FillWithNoise(const TestCard& card, const std::vector<std::uint8_t>& background,
                   std::int64_t frame, std::vector<std::uint8_t>& pixels);

}  // namespace hyperlocal
