#pragma once

#include <optional>
#include <vector>

#include "engine/browser/page_layers.h"
#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// Where a picture may differ from the one before, by the layers of both (decision 18): all places
// of all layers but the page's own, which has to be the same. Nothing when that is not so, or when
// it is so much that the whole picture is as well. In whole blocks of 16 pixels, as JPEG codes
// them, cut off at the picture's edges. It holds only if no layer shines beyond its place (a
// filter).
std::optional<PixelRectangle> ChangedPart(const std::vector<PageLayer>& before,
                                          const std::vector<PageLayer>& now, int width, int height);

}  // namespace hyperlocal
