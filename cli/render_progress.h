#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/local_render.h"
#include "cli/speed_estimator.h"

namespace hyperlocal::cli {

enum class ChunkState { kWaiting, kRunning, kDone };

struct ChunkProgress {
  ChunkSlice slice;
  ChunkState state = ChunkState::kWaiting;
  int attempt = 0;  // from 1, once it has started
  std::int64_t frames_done = 0;
  TimePoint started;
  TimePoint ended;
  std::optional<std::chrono::seconds> idle;  // set while it is stalled
};

struct StageTiming {
  std::optional<TimePoint> started;
  std::optional<TimePoint> ended;
};

// The stages that take time, in order; kDone is not one of them.
inline constexpr std::array kTimedStages{RenderStage::kPlan, RenderStage::kChunks,
                                         RenderStage::kAssemble};
std::string_view StageName(RenderStage stage);  // plan, chunks, assemble, done

// Where a render stands. Plain data that follows the events of a RenderObserver; it looks at no
// clock: whoever tells it something says when that was. Copy it to look at it from another thread.
class RenderProgress {
 public:
  explicit RenderProgress(TimePoint start) : start_(start) {}

  void Stage(RenderStage stage, TimePoint now);
  void Plan(const std::vector<ChunkSlice>& slices, FrameRate rate, int width, int height);
  void ChunkStart(int chunk, int attempt, TimePoint now);
  void ChunkFrames(int chunk, std::int64_t frames_done);
  void ChunkDone(int chunk, TimePoint now);
  void ChunkRetry(int chunk);
  void Stall(int chunk, std::chrono::seconds idle);
  void Stopping() { stopping_ = true; }
  void Failed(TimePoint now);
  // Lets the speed follow; call it regularly while chunks are rendered.
  void Tick(TimePoint now);

  TimePoint start() const { return start_; }
  std::optional<RenderStage> stage() const { return stage_; }
  StageTiming timing(RenderStage stage) const;
  // From the stage's start to its end, or to now; zero for one that has not begun.
  std::chrono::milliseconds Elapsed(RenderStage stage, TimePoint now) const;
  bool planned() const { return planned_; }
  bool stopping() const { return stopping_; }
  bool failed() const { return failed_; }
  FrameRate rate() const { return rate_; }
  int width() const { return width_; }
  int height() const { return height_; }
  const std::vector<ChunkProgress>& chunks() const { return chunks_; }
  const ChunkProgress* chunk(int index) const;
  std::int64_t total_frames() const { return total_frames_; }
  std::int64_t frames_done() const;
  int CountOf(ChunkState state) const;
  const SpeedEstimator& speed() const { return speed_; }

 private:
  ChunkProgress* Find(int chunk);

  TimePoint start_;
  std::optional<RenderStage> stage_;
  std::array<StageTiming, kTimedStages.size()> timings_;
  bool planned_ = false;
  bool stopping_ = false;
  bool failed_ = false;
  FrameRate rate_;
  int width_ = 0;
  int height_ = 0;
  std::vector<ChunkProgress> chunks_;
  std::int64_t total_frames_ = 0;
  std::int64_t frames_worked_ = 0;  // those of failed attempts too: the measure of speed
  SpeedEstimator speed_;
};

}  // namespace hyperlocal::cli
