#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "engine/http/http_server.h"

namespace hyperlocal::testing {

// A server on a port of its own; a test without it cannot go on.
inline std::unique_ptr<HttpServer> StartHttpServer(HttpServer::Handler handler,
                                                   HttpServerOptions options = {}) {
  auto server = HttpServer::Start(std::move(options), std::move(handler));
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    std::abort();
  }
  return std::move(*server);
}

// Something that one thread waits for and another makes happen, once.
class Event {
 public:
  void Set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  // False when it has not happened within ten seconds.
  bool Wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace hyperlocal::testing
