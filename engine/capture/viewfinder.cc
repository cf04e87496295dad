#include "engine/capture/viewfinder.h"

#include <algorithm>

#include "engine/capture/changed_part.h"

namespace hyperlocal {
namespace {

constexpr int kFramesAhead = 8;
constexpr int kMostOfWanted = 4;  // that the size may be kept at

constexpr int WholeBlocks(int pixels) {
  return pixels / kBlockPixels * kBlockPixels;
}

struct Side {
  int from, to;
  int length() const { return to - from; }
};

// An edge that moves outwards goes on, at most by what there is now: a jump is no movement. One
// that moves inwards stays.
Side Continued(Side before, Side now, int frames, int limit) {
  const auto on = [&](int step) { return WholeBlocks(std::clamp(step * frames, 0, now.length())); };
  return {std::max(0, now.from - on(before.from - now.from)),
          std::min(limit, now.to + on(now.to - before.to))};
}

// `wanted`, as long as `length` where there is room, and in whole blocks.
Side Lengthened(Side wanted, int length, int limit) {
  if (wanted.length() >= length) return wanted;
  const int from = std::clamp(WholeBlocks(limit - length), 0, wanted.from);
  return {from,
          std::min(limit, WholeBlocks(std::max(wanted.to, from + length) + kBlockPixels - 1))};
}

}  // namespace

void Viewfinder::Follow(const PixelRectangle& changed) {
  if (!view_ || !view_->contains(Ahead(changed, 1))) {
    const PixelRectangle ahead = Ahead(changed, kFramesAhead);
    const PixelRectangle wanted = IsWorthAPart(ahead, width_, height_) ? ahead : changed;
    const PixelRectangle kept = AsLargeAsBefore(wanted);
    const bool keep =
        IsWorthAPart(kept, width_, height_) &&
        kept.width() * kept.height() <= kMostOfWanted * wanted.width() * wanted.height();
    view_ = keep ? kept : wanted;
  }
  changed_ = changed;
}

PixelRectangle Viewfinder::Ahead(const PixelRectangle& changed, int frames) const {
  const PixelRectangle before = changed_.value_or(changed);
  const Side across =
      Continued({before.left, before.right}, {changed.left, changed.right}, frames, width_);
  const Side down =
      Continued({before.top, before.bottom}, {changed.top, changed.bottom}, frames, height_);
  return {across.from, down.from, across.to, down.to};
}

PixelRectangle Viewfinder::AsLargeAsBefore(const PixelRectangle& wanted) const {
  if (!view_) return wanted;
  const Side across = Lengthened({wanted.left, wanted.right}, view_->width(), width_);
  const Side down = Lengthened({wanted.top, wanted.bottom}, view_->height(), height_);
  return {across.from, down.from, across.to, down.to};
}

}  // namespace hyperlocal
