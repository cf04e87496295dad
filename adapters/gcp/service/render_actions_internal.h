#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "adapters/gcp/service/browser_pool_internal.h"
#include "adapters/gcp/service/plan_cache_internal.h"
#include "adapters/gcp/service/render_service.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/object_store.h"
#include "engine/wire/render_event.h"
#include "engine/wire/render_result.h"

namespace hyperlocal {

// What an action works with. All of it outlives the action.
struct ActionContext {
  ObjectStore& store;
  const RenderServiceOptions& options;
  PlanCache& plans;
  const std::filesystem::path& work;  // a directory of this request's own
  BrowserPool::Lease& browser;        // its token cancels the action
  // Hears of the frames of a chunk; absent: nobody does.
  std::function<void(std::int64_t frames_done)> on_frame = {};
};

// The three actions. Their results lack the duration, which is the caller's to measure.
Result<PlanResult> PerformPlan(const PlanEvent& event, const ActionContext& context);
Result<RenderChunkResult> PerformRenderChunk(const RenderChunkEvent& event,
                                             const ActionContext& context);
Result<AssembleResult> PerformAssemble(const AssembleEvent& event, const ActionContext& context);

// Whether another browser may do what this one could not.
bool WorthAnotherBrowser(ErrorCode code);

// What a client of the bucket sees: "video/mp4"; a sequence of pictures is an archive.
const char* ContentTypeOf(OutputFormat format);

// Sends what was made: a file as it is, a directory of pictures as `<output>.tar.gz`. Error: of the
// store and of packing.
Status UploadOutput(const std::filesystem::path& output, const GcsUri& uri, OutputFormat format,
                    const ActionContext& context);

}  // namespace hyperlocal
