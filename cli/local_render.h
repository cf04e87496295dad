#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cancellation.h"
#include "engine/composition/asset_sources.h"
#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/plan/chunk_plan.h"

namespace hyperlocal::cli {

// In which order the chunks of a plan are begun. It must not matter; tests see to it.
enum class ChunkOrder { kForward, kBackward, kOddFirst };

// What `hyperlocal render` asks for. Fields that are empty are taken from the composition.
struct LocalRenderOptions {
  std::filesystem::path project;
  std::filesystem::path output;
  std::optional<int> fps;
  std::optional<int> width;
  std::optional<int> height;
  OutputFormat format = OutputFormat::kMp4;
  std::optional<VideoCodec> codec;
  Quality quality = Quality::kStandard;
  std::optional<int> crf;
  std::optional<std::string> bitrate;
  std::optional<int> chunk_size;
  std::optional<int> max_parallel_chunks;
  std::optional<int> target_chunk_frames;
  std::optional<ResolutionWish> output_resolution;  // excludes width and height
  std::optional<std::string> variables_json;        // a JSON object, as the user wrote it
  AssetSources assets;                              // where plans may take outside assets
  bool fetch = false;                               // from the network, too
  std::optional<std::string> video_frame_format;    // of source videos' frames: auto, jpg, png
  bool strict = false;                              // warnings of planning are errors
  bool allow_system_fonts = false;  // text in fonts that not every machine has is only said
  bool strict_variables = false;    // variables that the composition does not declare so fail
  std::string entry_file = "index.html";
  int workers = 0;  // browsers at work at once; 0: as many as there are cores
  std::filesystem::path
      frame_hashes;  // where to write the SHA-256 of every captured frame; empty: nowhere
  bool keep_work = false;
  ChunkOrder chunk_order = ChunkOrder::kForward;
  bool lose_a_browser = false;  // the first chunk that is half done loses it, and is tried again
};

struct LocalRenderResult {
  std::filesystem::path output;
  std::filesystem::path work_directory;  // empty unless it was kept
  std::string plan_hash;
  int width = 0;
  int height = 0;
  FrameRate fps;
  std::int64_t frames = 0;
  int chunks = 0;
  std::int64_t file_size = 0;
  std::chrono::milliseconds plan_time{0};
  std::chrono::milliseconds chunks_time{0};
  std::chrono::milliseconds assemble_time{0};
  std::chrono::milliseconds total_time{0};
};

enum class RenderStage { kPlan, kChunks, kAssemble, kDone };

// Hears what a render does, while it does it. Calls come from several threads, one at a time (the
// render holds a lock around them), and must be quick.
class RenderObserver {
 public:
  virtual ~RenderObserver() = default;
  virtual void OnStage(RenderStage) {}
  // Once, after the plan: every chunk that will be rendered.
  virtual void OnPlan(const std::vector<ChunkSlice>&, FrameRate, int /*width*/, int /*height*/) {}
  virtual void OnChunkStart(int /*chunk*/, int /*attempt, from 1*/) {}
  // `frames_done` of this attempt of this chunk have been captured and handed to the encoder.
  virtual void OnChunkProgress(int /*chunk*/, std::int64_t /*frames_done*/) {}
  virtual void OnChunkDone(int /*chunk*/) {}
  // An attempt failed and the chunk is tried again.
  virtual void OnChunkRetry(int /*chunk*/, const Error&) {}
  // Nothing has come from this chunk for a while; `detail` says what it waits for, with Chrome's
  // last line.
  virtual void OnStall(int /*chunk*/, std::int64_t /*frame*/, std::chrono::seconds /*idle*/,
                       std::string_view /*detail*/) {}
  // What a page said: console warnings and errors with file and line; each distinct line once a
  // render.
  virtual void OnPageMessage(std::string_view /*line*/) {}
};

// The whole distributed render on this machine: plan, N chunks on `workers` browsers, assemble.
// Leaves either the complete output or none; removes its work directory; a chunk whose browser died
// is tried once more. Cancel through the token: returns kCancelled soon, leaves no process and no
// file.
Result<LocalRenderResult> RenderLocally(const LocalRenderOptions& options, RenderObserver& observer,
                                        const CancellationToken& cancel);

}  // namespace hyperlocal::cli
