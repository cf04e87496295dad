#pragma once

#include <chrono>
#include <vector>

#include "cli/command_context.h"

namespace hyperlocal::cli {

// A render that does no rendering: it tells its observer what a real one would, from the thread
// that calls it.
inline LocalRenderResult ScriptedResult(const LocalRenderOptions& options) {
  LocalRenderResult result;
  result.output = options.output;
  result.plan_hash = "0123abcd";
  result.width = 640;
  result.height = 360;
  result.fps = {30, 1};
  result.frames = 60;
  result.chunks = 2;
  result.file_size = 112'900;
  result.plan_time = std::chrono::milliseconds(400);
  result.chunks_time = std::chrono::milliseconds(1200);
  result.assemble_time = std::chrono::milliseconds(100);
  result.total_time = std::chrono::milliseconds(1700);
  return result;
}

inline void TellPlan(RenderObserver& observer) {
  observer.OnStage(RenderStage::kPlan);
  observer.OnPlan({{0, 0, 30}, {1, 30, 60}}, {30, 1}, 640, 360);
  observer.OnStage(RenderStage::kChunks);
}

inline Result<LocalRenderResult> ScriptedRender(const LocalRenderOptions& options,
                                                RenderObserver& observer,
                                                const CancellationToken&) {
  TellPlan(observer);
  for (int chunk = 0; chunk < 2; ++chunk) {
    observer.OnChunkStart(chunk, 1);
    for (int frame = 1; frame <= 30; ++frame) observer.OnChunkProgress(chunk, frame);
    observer.OnChunkDone(chunk);
  }
  observer.OnStage(RenderStage::kAssemble);
  observer.OnStage(RenderStage::kDone);
  return ScriptedResult(options);
}

}  // namespace hyperlocal::cli
