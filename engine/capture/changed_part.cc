#include "engine/capture/changed_part.h"

#include <algorithm>
#include <cmath>

namespace hyperlocal {
namespace {

constexpr double kEdge = 2;  // pixels that a soft edge may reach beyond its place
constexpr double kMostOfPicture = 0.25;

// The page's own layer: the first with content, as large as the viewport and where it is.
const PageLayer* OwnLayer(const std::vector<PageLayer>& layers, int width, int height) {
  const auto found =
      std::find_if(layers.begin(), layers.end(), [](const PageLayer& l) { return l.has_content; });
  if (found == layers.end() || !found->has_place || found->left != 0 || found->top != 0 ||
      found->right != width || found->bottom != height) {
    return nullptr;
  }
  return &*found;
}

class Places {
 public:
  // False when one of the layers has no place.
  bool Add(const std::vector<PageLayer>& layers, const PageLayer& own) {
    for (const PageLayer& layer : layers) {
      // The document's other layers, without content, are what holds the page.
      if (&layer == &own || (!layer.has_content && (layer.owner == 0 || layer.owner == own.owner)))
        continue;
      if (!layer.has_place) return false;
      left_ = any_ ? std::min(left_, layer.left) : layer.left;
      top_ = any_ ? std::min(top_, layer.top) : layer.top;
      right_ = any_ ? std::max(right_, layer.right) : layer.right;
      bottom_ = any_ ? std::max(bottom_, layer.bottom) : layer.bottom;
      any_ = true;
    }
    return true;
  }

  // Nothing where there is nothing of them in the picture.
  std::optional<PixelRectangle> Blocks(int width, int height) const {
    const auto down = [](double at) {
      return std::floor((at - kEdge) / kBlockPixels) * kBlockPixels;
    };
    const auto up = [](double at) { return std::ceil((at + kEdge) / kBlockPixels) * kBlockPixels; };
    const double left = std::max(0.0, down(left_)), top = std::max(0.0, down(top_));
    const double right = std::min<double>(width, up(right_));
    const double bottom = std::min<double>(height, up(bottom_));
    if (!any_ || !(left < right) || !(top < bottom)) return std::nullopt;
    return PixelRectangle{static_cast<int>(left), static_cast<int>(top), static_cast<int>(right),
                          static_cast<int>(bottom)};
  }

 private:
  bool any_ = false;
  double left_ = 0, top_ = 0, right_ = 0, bottom_ = 0;
};

}  // namespace

bool IsWorthAPart(const PixelRectangle& part, int width, int height) {
  return static_cast<double>(part.width()) * part.height() <=
         kMostOfPicture * static_cast<double>(width) * height;
}

std::optional<PixelRectangle> ChangedPart(const std::vector<PageLayer>& before,
                                          const std::vector<PageLayer>& now, int width,
                                          int height) {
  const PageLayer* const own_before = OwnLayer(before, width, height);
  const PageLayer* const own_now = OwnLayer(now, width, height);
  if (own_before == nullptr || own_now == nullptr || *own_before != *own_now) return std::nullopt;
  Places places;
  if (!places.Add(before, *own_before) || !places.Add(now, *own_now)) return std::nullopt;
  const std::optional<PixelRectangle> part = places.Blocks(width, height);
  return part && IsWorthAPart(*part, width, height) ? part : std::nullopt;
}

}  // namespace hyperlocal
