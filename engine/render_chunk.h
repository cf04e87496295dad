#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/browser/browser_slot.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

struct RenderChunkOptions {
  CancellationToken cancel;
  // Frames of the chunk that have been captured and handed on, after each one. On the calling
  // thread.
  std::function<void(std::int64_t frames_done)> on_frame;
  // What the page said. On the calling thread.
  std::function<void(std::string_view line)> on_message;
  // Receives the SHA-256 of every captured frame's pixels (RGB, or RGBA for formats with alpha,
  // rows packed), in order, when not null. Replaced when the chunk is complete; untouched when it
  // fails.
  std::vector<std::string>* frame_hashes = nullptr;
};

struct RenderedChunk {
  std::filesystem::path file;  // or directory
  std::int64_t frames = 0;
  std::string sha256;
  std::string capture_mode;
};

// Renders one slice of a plan to a video file of one closed GOP, or for a png-sequence to a
// directory of frames: capture, decoding of the pictures,
// colour conversion and encoding overlap on three threads, and no frame touches the disk. Same plan
// and index, same bytes. `output` is complete or not there. The caller has verified the plan's
// hash. Errors: kChunkIndexOutOfRange, kFfmpegVersionMismatch, kFormatNotSupported,
// kBrowserGpuNotSoftware, those of the frame source and of the writer, all with the chunk named.
Result<RenderedChunk> RenderChunk(const PlanDirectory& plan, int index,
                                  const std::filesystem::path& output, BrowserSlot& slot,
                                  const RenderChunkOptions& options);

}  // namespace hyperlocal
