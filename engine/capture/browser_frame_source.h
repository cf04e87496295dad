#pragma once

#include <memory>

#include "engine/browser/browser_slot.h"
#include "engine/capture/frame_source.h"
#include "engine/error/result.h"
#include "engine/plan/chunk_plan.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

// Of the pictures that opaque formats are encoded from. Measured on examples/orbit at crf 18
// against lossless captures: 42.3 dB in the final video, 42.8 from lossless pictures, 41.8 at 90; a
// higher quality costs Chrome and the pipe more than it brings.
inline constexpr int kCaptureJpegQuality = 95;

// The FrameSource of HyperFrames pages: the plan's compiled/ in a browser context of its own, outside
// requests answered from the plan's recording, a request that was not recorded a named failure
// (kAssetUnavailable). JPEG for opaque formats, PNG for formats with alpha. When the source ends well
// its page stays in the slot, and the source of a later chunk of the same plan goes on with it. The
// slot must outlive the source. Errors: those of CompositionPage::Open.
Result<std::unique_ptr<FrameSource>> OpenBrowserFrameSource(const PlanDirectory& plan,
                                                            const ChunkSlice& slice,
                                                            BrowserSlot& slot);

}  // namespace hyperlocal
