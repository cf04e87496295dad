#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/gcp/service/render_actions_internal.h"
#include "adapters/gcp/service/stored_plan_internal.h"
#include "engine/render_chunk.h"
#include "engine/wire/bucket_layout.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

Result<RenderedChunk> Render(const PlanDirectory& plan, int index, const fs::path& output,
                             const ActionContext& context, std::vector<std::string>& frame_hashes) {
  BrowserPool::Lease& browser = context.browser;
  RenderChunkOptions options;
  options.cancel = browser.token();
  ServiceObserver* const observer = context.options.observer;
  if (observer != nullptr || context.on_frame) {
    options.on_frame = [observer, index, &context](std::int64_t done) {
      if (observer != nullptr) observer->OnChunkProgress(index, done);
      if (context.on_frame) context.on_frame(done);
    };
  }
  if (observer != nullptr) {
    options.on_message = [observer](std::string_view line) { observer->OnPageMessage(line); };
    if (observer->WantsFrameHashes()) options.frame_hashes = &frame_hashes;
    observer->OnChunkStart(index);
  }
  Result<RenderedChunk> chunk = RenderChunk(plan, index, output, browser.slot(), options);
  if (chunk || !WorthAnotherBrowser(chunk.error().code)) return chunk;
  const bool may_have_died_before = browser.used();
  browser.Discard();
  if (!may_have_died_before || browser.token().cancelled()) return chunk;
  return RenderChunk(plan, index, output, browser.slot(), options);
}

}  // namespace

Result<RenderChunkResult> PerformRenderChunk(const RenderChunkEvent& event,
                                             const ActionContext& context) {
  PlanFetcher fetcher({context.store, context.plans, context.work, context.options.archive_limits,
                       context.browser.token()});
  HYPERLOCAL_TRY(const StoredPlan stored,
                 fetcher.Fetch(event.plan, event.plan_hash, PlanTarget::Chunk(event.chunk_index)));
  if (stored.plan.format != event.format) {
    return Error{ErrorCode::kBadRequest,
                 "RenderChunkEvent.Format is " + std::string(WireName(event.format)) +
                     ", and the plan is for " + std::string(WireName(stored.plan.format))};
  }
  const fs::path output = context.work / ("chunk" + std::string(FileExtension(event.format)));
  std::vector<std::string> frame_hashes;
  HYPERLOCAL_TRY(const RenderedChunk chunk,
                 Render(stored.plan, event.chunk_index, output, context, frame_hashes));
  RenderChunkResult result;
  result.chunk = ChunkUri(event.output_prefix, event.chunk_index, event.format);
  HYPERLOCAL_TRY_STATUS(UploadOutput(output, result.chunk, event.format, context));
  if (context.options.observer != nullptr) {
    context.options.observer->OnChunkDone(event.chunk_index, frame_hashes);
  }
  result.chunk_index = event.chunk_index;
  result.sha256 = chunk.sha256;
  result.frames_encoded = chunk.frames;
  result.capture_mode = chunk.capture_mode;
  return result;
}

}  // namespace hyperlocal
