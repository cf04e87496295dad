#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/console.h"
#include "cli/local_render.h"
#include "cli/progress_view.h"
#include "cli/render_event.h"
#include "cli/render_progress.h"

namespace hyperlocal::cli {

using Clock = std::function<TimePoint()>;

// Listens to a render, remembers what the report needs, and lets a view show it from a thread of
// its own. The observer's methods take a lock, change a few numbers and return: no I/O on the
// render's threads.
class RenderMonitor : public RenderObserver {
 public:
  // `view` may be null: nothing is shown. `console` and whatever the view refers to must outlive
  // this.
  RenderMonitor(std::unique_ptr<ProgressView> view, Console& console, Clock clock,
                CancellationToken cancel);
  ~RenderMonitor() override;
  RenderMonitor(const RenderMonitor&) = delete;
  RenderMonitor& operator=(const RenderMonitor&) = delete;

  void OnStage(RenderStage stage) override;
  void OnPlan(const std::vector<ChunkSlice>& slices, FrameRate rate, int width,
              int height) override;
  void OnChunkStart(int chunk, int attempt) override;
  void OnChunkProgress(int chunk, std::int64_t frames_done) override;
  void OnChunkDone(int chunk) override;
  void OnChunkRetry(int chunk, const Error& error) override;
  void OnStall(int chunk, std::int64_t frame, std::chrono::seconds idle,
               std::string_view detail) override;
  void OnPageMessage(std::string_view line) override;

  // After the render: shows the end and stops showing. Once; the destructor does it if nobody did.
  void Finish(bool failed);

  struct Retry {
    int chunk = 0;
    int attempt = 0;
    Error error;
  };
  // Copies, for the report.
  RenderProgress progress() const;
  std::vector<Retry> retries() const;
  std::vector<std::string> page_messages() const;

 private:
  void Post(RenderEvent event);  // mutex_ is held
  void Run();

  const std::unique_ptr<ProgressView> view_;
  Console& console_;
  const Clock clock_;
  const CancellationToken cancel_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  RenderProgress progress_;
  std::vector<RenderEvent> events_;
  std::vector<Retry> retries_;
  std::vector<std::string> page_messages_;
  bool finished_ = false;

  std::thread thread_;
};

}  // namespace hyperlocal::cli
