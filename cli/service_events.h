#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gcp/service/service_observer.h"
#include "cli/serial_observer.h"
#include "cli/stall_watch.h"
#include "engine/cancellation.h"

namespace hyperlocal::cli {

// Tells a render's observer what the service in this process does for it.
class ServiceEvents : public ServiceObserver {
 public:
  // Both outlive this. What fails once `stop` is cancelled is the end, and no retry.
  ServiceEvents(SerialObserver& observer, bool frame_hashes, CancellationToken stop);

  void OnPlan(const PlanDirectory& plan) override;
  void OnChunkStart(int chunk) override;
  void OnChunkProgress(int chunk, std::int64_t frames_done) override;
  void OnChunkDone(int chunk, const std::vector<std::string>& frame_hashes) override;
  void OnFailure(std::string_view action, int chunk, const Error& error) override;
  void OnPageMessage(std::string_view line) override;
  bool WantsFrameHashes() const override { return frame_hashes_wanted_; }

  // By chunk, once all of them are done.
  std::vector<std::vector<std::string>> TakeFrameHashes();

 private:
  std::int64_t FirstFrameOf(int chunk);

  SerialObserver& observer_;
  const bool frame_hashes_wanted_;
  const CancellationToken stop_;

  std::mutex mutex_;  // guards what follows
  bool planned_ = false;
  std::vector<std::int64_t> first_frames_;                // by chunk
  std::map<int, int> attempts_;                           // by chunk
  std::map<int, std::vector<std::string>> frame_hashes_;  // of the chunks that are done

  StallWatch watch_;  // the last member: it calls
};

}  // namespace hyperlocal::cli
