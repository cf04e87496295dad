#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace hyperlocal::cli {

// Notices chunks that show nothing for a while, from a thread of its own.
class StallWatch {
 public:
  // A chunk, the frame where it stands, and for how long nothing has come from it. From the watch's
  // thread, again after every further while.
  using Warning = std::function<void(int chunk, std::int64_t frame, std::chrono::seconds idle)>;

  explicit StallWatch(Warning warn);
  ~StallWatch();
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  // The chunk is at this frame. Any thread.
  void Sign(int chunk, std::int64_t frame);
  // Nobody works on it any more.
  void Over(int chunk);

 private:
  using Clock = std::chrono::steady_clock;
  struct Post {
    std::int64_t frame = 0;
    Clock::time_point last_sign{};
    Clock::time_point last_warning{};
  };
  void Run();

  const Warning warn_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable ended_changed_;
  bool ended_ = false;
  std::map<int, Post> posts_;  // by chunk
  std::thread thread_;
};

}  // namespace hyperlocal::cli
