#include <exception>
#include <utility>

#include "adapters/gcp/service/task_crew_internal.h"

namespace hyperlocal {
namespace {

// The last catch of a thread: a task that ran out of memory fails, and does not end the process.
Status Do(const std::function<Status()>& task) {
  try {
    return task();
  } catch (const std::exception& thrown) {
    return Error{ErrorCode::kInternal, thrown.what()};
  }
}

}  // namespace

TaskCrew::~TaskCrew() {
  {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
  }
  Join();
}

void TaskCrew::Add(std::function<Status()> task) {
  bool needs_thread = false;
  {
    const std::lock_guard lock(mutex_);
    if (error_) return;
    waiting_.push_back(std::move(task));
    needs_thread = idle_ < waiting_.size() && threads_.size() < most_threads_;
  }
  if (needs_thread) threads_.emplace_back([this] { Work(); });
  changed_.notify_one();
}

Status TaskCrew::Finish() {
  Join();
  const std::lock_guard lock(mutex_);
  if (error_) return *error_;
  return Ok();
}

bool TaskCrew::failed() {
  const std::lock_guard lock(mutex_);
  return error_.has_value();
}

void TaskCrew::Join() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void TaskCrew::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty()) return;
    const std::function<Status()> task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Status done = Do(task);
    lock.lock();
    if (done || error_) continue;
    error_ = std::move(done).error();
    waiting_.clear();
  }
}

}  // namespace hyperlocal
