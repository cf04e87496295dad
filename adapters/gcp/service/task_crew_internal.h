#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// Does tasks a few at a time, on threads of its own, which start when there is work for them.
// After the first failure what has not begun is left out. Used by one thread.
class TaskCrew {
 public:
  explicit TaskCrew(std::size_t most_threads) : most_threads_(most_threads) {}
  // Leaves out what has not begun, and waits for the rest.
  ~TaskCrew();

  void Add(std::function<Status()> task);
  // Waits for all tasks. Error: the first one's that failed. Nothing may be added afterwards.
  Status Finish();
  // Whether a task has failed so far.
  bool failed();

 private:
  void Work();
  void Join();

  const std::size_t most_threads_;
  std::mutex mutex_;  // guards what follows, but not the threads
  std::condition_variable changed_;
  std::deque<std::function<Status()>> waiting_;
  std::size_t idle_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
  std::vector<std::thread> threads_;
};

}  // namespace hyperlocal
