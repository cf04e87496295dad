#pragma once

#include <cstddef>
#include <memory>

#include "engine/http/http_client.h"
#include "engine/http_caller.h"

namespace hyperlocal {

// An HttpCaller over HttpClient: a thread for every call that is under way, up to a limit, kept for
// later calls; calls beyond it wait for a thread, and their time runs meanwhile.
//
// `done` is called on one of these threads and must not destroy the caller. The destructor cancels
// what is under way or waits, and returns when every `done` was called.
class ThreadedHttpCaller : public HttpCaller {
 public:
  // Stall time-outs below a call's own time-out would cut services that work long before they
  // answer: FromEnvironment() with a stall time-out of an hour is a good choice.
  ThreadedHttpCaller(HttpClientOptions options, std::size_t max_threads);
  ~ThreadedHttpCaller() override;

  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override;

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal
