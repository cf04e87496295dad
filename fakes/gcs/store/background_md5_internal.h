#pragma once

#include <memory>
#include <string_view>

#include "engine/hash/md5.h"

namespace hyperlocal::gcs {

// MD5 of a content on a thread of its own, which runs while long pieces come: MD5 is the slowest of
// the hashes of a content, and as slow as everything else that an upload costs. It may be some MiB
// behind, in memory, so that it has something to do while the bytes are made durable. One thread at
// a time calls it.
class BackgroundMd5 {
 public:
  BackgroundMd5();
  // What has not been hashed is left.
  ~BackgroundMd5();
  BackgroundMd5(const BackgroundMd5&) = delete;
  BackgroundMd5& operator=(const BackgroundMd5&) = delete;

  void Update(std::string_view bytes);
  // Nothing comes for a while: thread and memory go as soon as everything is hashed. Does not wait
  // for that.
  void Rest();
  // Waits until everything is hashed. The object is spent afterwards.
  Md5Digest Digest();

 private:
  class Worker;

  Md5Hash hash_;  // the worker's, while there is one
  std::unique_ptr<Worker> worker_;
};

}  // namespace hyperlocal::gcs
