#include "cli/stall_watch.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace hyperlocal::cli {
namespace {

constexpr std::chrono::seconds kStallAfter{20};
constexpr std::chrono::seconds kBetweenLooks{1};

}  // namespace

StallWatch::StallWatch(Warning warn) : warn_(std::move(warn)), thread_([this] { Run(); }) {}

StallWatch::~StallWatch() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ended_changed_.notify_all();
  thread_.join();
}

void StallWatch::Sign(int chunk, std::int64_t frame) {
  const std::lock_guard lock(mutex_);
  posts_[chunk] = {frame, Clock::now(), {}};
}

void StallWatch::Over(int chunk) {
  const std::lock_guard lock(mutex_);
  posts_.erase(chunk);
}

void StallWatch::Run() {
  struct Stall {
    int chunk;
    std::int64_t frame;
    std::chrono::seconds idle;
  };
  std::unique_lock lock(mutex_);
  while (!ended_changed_.wait_for(lock, kBetweenLooks, [this] { return ended_; })) {
    const auto now = Clock::now();
    std::vector<Stall> stalls;
    for (auto& [chunk, post] : posts_) {
      if (now - std::max(post.last_sign, post.last_warning) < kStallAfter) continue;
      post.last_warning = now;
      stalls.push_back({chunk, post.frame,
                        std::chrono::duration_cast<std::chrono::seconds>(now - post.last_sign)});
    }
    lock.unlock();
    for (const Stall& stall : stalls) warn_(stall.chunk, stall.frame, stall.idle);
    lock.lock();
  }
}

}  // namespace hyperlocal::cli
