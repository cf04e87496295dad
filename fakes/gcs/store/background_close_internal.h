#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal::gcs {

// Closes files that have no name any more. The last close of one gives its blocks back, which takes
// a quarter of a millisecond a MiB: time that a commit, and everybody who waits for it, need not
// spend. Any number of threads.
class BackgroundClose {
 public:
  BackgroundClose() = default;
  // Waits until everything is closed.
  ~BackgroundClose();
  BackgroundClose(const BackgroundClose&) = delete;
  BackgroundClose& operator=(const BackgroundClose&) = delete;

  // At once when that is quick (the file is small, or is there under another name) or too many
  // wait already.
  void Close(FileDescriptor file);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FileDescriptor> waiting_;
  bool ending_ = false;
  std::thread thread_;  // from the first file on that waits
};

}  // namespace hyperlocal::gcs
