#pragma once

#include <optional>
#include <vector>

#include "engine/browser/page_layers.h"
#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// Parts of pictures begin and end at blocks of JPEG with halved chroma, or at the picture's edge.
inline constexpr int kBlockPixels = 16;
// Whether a part is so small that it is worth while to have no more than that of the picture.
bool IsWorthAPart(const PixelRectangle& part, int width, int height);

// Where a picture may differ from the one before, by the layers of both (decision 18): all places
// of all layers but the page's own, which has to be the same. Nothing when that is not so, or when
// it is so much that the whole picture is as well. It holds only if no layer shines beyond its
// place (a filter).
std::optional<PixelRectangle> ChangedPart(const std::vector<PageLayer>& before,
                                          const std::vector<PageLayer>& now, int width, int height);

}  // namespace hyperlocal
