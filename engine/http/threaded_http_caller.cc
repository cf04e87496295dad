#include "engine/http/threaded_http_caller.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace hyperlocal {
namespace {

using Kind = HttpCallFailure::Kind;
using TimePoint = std::chrono::steady_clock::time_point;

struct Waiting {
  HttpCall call;
  std::function<void(HttpOutcome)> done;
  TimePoint deadline;
};

HttpOutcome OutcomeOf(HttpResult result) {
  if (auto* const reply = std::get_if<HttpReply>(&result)) return std::move(*reply);
  if (auto* const failure = std::get_if<HttpCallFailure>(&result)) return std::move(*failure);
  // An address that is none: nothing was sent.
  return HttpCallFailure{Kind::kNotConnected, std::get<Error>(std::move(result)).message};
}

}  // namespace

struct ThreadedHttpCaller::Running {
  Running(HttpClientOptions options, std::size_t limit)
      : client(std::move(options)), max_threads(limit) {}

  HttpOutcome Make(Waiting waiting) {
    if (stop.cancelled()) return HttpCallFailure{Kind::kCancelled, "the caller is being closed"};
    const auto left = std::chrono::floor<std::chrono::milliseconds>(
        waiting.deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return HttpCallFailure{Kind::kTimedOut, "the time was up while waiting for other calls"};
    }
    HttpExchange exchange;
    exchange.method = std::move(waiting.call.method);
    exchange.url = std::move(waiting.call.url);
    exchange.headers = std::move(waiting.call.headers);
    exchange.body = std::move(waiting.call.body);
    exchange.max_reply_bytes = waiting.call.max_reply_bytes;
    exchange.timeout = left;
    exchange.cancelled = stop;
    return OutcomeOf(client.Exchange(exchange));
  }

  void Work() {
    std::unique_lock lock(mutex);
    for (;;) {
      ++free_threads;
      changed.wait(lock, [this] { return closing || !calls.empty(); });
      --free_threads;
      if (calls.empty()) return;  // closing, and nothing is left to tell anybody
      Waiting next = std::move(calls.front());
      calls.pop_front();
      lock.unlock();
      {
        const std::function<void(HttpOutcome)> done = std::move(next.done);
        done(Make(std::move(next)));
      }
      lock.lock();
    }
  }

  HttpClient client;
  const std::size_t max_threads;
  CancellationToken stop;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> calls;
  std::vector<std::thread> threads;
  std::size_t free_threads = 0;
  bool closing = false;
};

ThreadedHttpCaller::ThreadedHttpCaller(HttpClientOptions options, std::size_t max_threads)
    : running_(
          std::make_unique<Running>(std::move(options), std::max<std::size_t>(max_threads, 1))) {}

ThreadedHttpCaller::~ThreadedHttpCaller() {
  running_->stop.Cancel();
  {
    const std::lock_guard lock(running_->mutex);
    running_->closing = true;
    running_->changed.notify_all();
  }
  for (std::thread& thread : running_->threads) thread.join();
}

void ThreadedHttpCaller::Start(HttpCall call, std::function<void(HttpOutcome)> done) {
  Running& running = *running_;
  const TimePoint deadline = std::chrono::steady_clock::now() + call.timeout;
  std::unique_lock lock(running.mutex);
  running.calls.push_back({std::move(call), std::move(done), deadline});
  if (running.calls.size() <= running.free_threads ||
      running.threads.size() >= running.max_threads) {
    running.changed.notify_one();
    return;
  }
  try {
    running.threads.emplace_back([&running] { running.Work(); });
  } catch (const std::system_error& error) {
    // The call waits for a thread that is there already.
    if (!running.threads.empty()) return;
    const Waiting refused = std::move(running.calls.back());
    running.calls.pop_back();
    lock.unlock();
    refused.done(HttpCallFailure{Kind::kNotConnected,
                                 std::string("no thread can be started: ") + error.what()});
  }
}

}  // namespace hyperlocal
