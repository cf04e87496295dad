#pragma once

#include <memory>

#include "engine/browser/browser_slot.h"
#include "engine/capture/frame_source.h"
#include "engine/error/result.h"
#include "engine/plan/chunk_plan.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

// The FrameSource that a plan asks for: a test card when its compiled/ holds testcard.json, else a
// page in the slot's browser. A third kind of project is added here. Errors: those of the sources.
Result<std::unique_ptr<FrameSource>> OpenFrameSource(const PlanDirectory& plan,
                                                     const ChunkSlice& slice, BrowserSlot& slot);

}  // namespace hyperlocal
