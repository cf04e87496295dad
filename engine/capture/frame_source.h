#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// How a source hands over a picture. Decoding is left to another thread of the pipeline, so that the source
// can already ask for the next frame.
enum class ImageFormat { kJpeg, kPng, kRgb24, kRgba32 };

struct CapturedImage {
  ImageFormat format = ImageFormat::kRgb24;
  int width = 0;  // of what is in `bytes`
  int height = 0;
  std::vector<std::uint8_t> bytes;
  bool again = false;  // the picture that this source gave last, once more; no bytes
  // Where in the picture the bytes belong, which is like the one before everywhere else. It begins and ends at even
  // pixels and has no alpha. Nothing: they are all of the picture.
  std::optional<PixelRectangle> part = std::nullopt;
};

// Where the pixels of a render come from: the plug of the engine. Two implementations ship (a HyperFrames page
// in headless Chrome, and a test card without a browser).
//
// Promise: frame i of a plan is the same picture whichever frames were captured before it, in this source or in
// another process. Chunks are rendered apart and joined; a picture that depended on its history would be a seam.
//
// Thread rules: one thread at a time. Ownership: the image belongs to the caller.
class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // The picture of `frame`, counted from the start of the composition (not of the chunk). Callers ask in rising
  // order. Errors: kBrowserCrashed, kBrowserTimeout and kPageNotReady may succeed with a new source;
  // kInvalidComposition will not.
  virtual Result<CapturedImage> Capture(std::int64_t frame) = 0;

  // What the page said meanwhile (console warnings, uncaught errors), with file and line; cleared by the call.
  virtual std::vector<std::string> TakeMessages() { return {}; }
};

}  // namespace hyperlocal
