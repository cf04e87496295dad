#include "engine/http/ordered_http_caller.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace hyperlocal {
namespace {

using Steady = std::chrono::steady_clock;
using Kind = HttpCallFailure::Kind;

struct Waiting {
  HttpCall call;
  std::function<void(HttpOutcome)> done;
  Steady::time_point deadline;
};

}  // namespace

// Kept by every call that is under way.
struct OrderedHttpCaller::Line : std::enable_shared_from_this<Line> {
  Line(HttpCaller& its_caller, std::string its_service, std::size_t limit)
      : caller(its_caller), service(std::move(its_service)), at_once(limit) {}

  bool IsOfService(const HttpCall& call) const {
    // The address ends there, or goes on with a path: port 80 is not port 8080.
    return call.url.starts_with(service) &&
           (call.url.size() == service.size() || call.url[service.size()] == '/' ||
            call.url[service.size()] == '?');
  }

  void Add(Waiting waiting) {
    {
      const std::lock_guard lock(mutex);
      if (under_way >= at_once) {
        line.push_back(std::move(waiting));
        return;
      }
      ++under_way;
    }
    Make(std::move(waiting));
  }

  void Make(Waiting waiting) {
    caller.Start(std::move(waiting.call),
                 [self = shared_from_this(), done = std::move(waiting.done)](HttpOutcome outcome) {
                   self->MakeNext();
                   done(std::move(outcome));
                 });
  }

  // In the place of one that has ended.
  void MakeNext() {
    while (std::optional<Waiting> next = TakeNext()) {
      const auto left =
          std::chrono::floor<std::chrono::milliseconds>(next->deadline - Steady::now());
      if (left.count() > 0) {
        next->call.timeout = left;
        return Make(std::move(*next));
      }
      next->done(HttpCallFailure{Kind::kTimedOut, "the time was up while waiting for other calls"});
    }
  }

  std::optional<Waiting> TakeNext() {
    const std::lock_guard lock(mutex);
    if (line.empty()) {
      --under_way;
      return std::nullopt;
    }
    Waiting next = std::move(line.front());
    line.pop_front();
    return next;
  }

  void Close() {
    std::deque<Waiting> left;
    {
      const std::lock_guard lock(mutex);
      left.swap(line);
    }
    for (const Waiting& waiting : left) {
      waiting.done(HttpCallFailure{Kind::kCancelled, "the caller is being closed"});
    }
  }

  HttpCaller& caller;
  const std::string service;
  const std::size_t at_once;
  std::mutex mutex;  // guards what follows
  std::size_t under_way = 0;
  std::deque<Waiting> line;
};

OrderedHttpCaller::OrderedHttpCaller(HttpCaller& caller, std::string service, std::size_t at_once)
    : line_(std::make_shared<Line>(caller, std::move(service), std::max<std::size_t>(at_once, 1))) {
}

OrderedHttpCaller::~OrderedHttpCaller() {
  line_->Close();
}

void OrderedHttpCaller::Start(HttpCall call, std::function<void(HttpOutcome)> done) {
  if (!line_->IsOfService(call)) return line_->caller.Start(std::move(call), std::move(done));
  const Steady::time_point deadline = Steady::now() + call.timeout;
  line_->Add({std::move(call), std::move(done), deadline});
}

}  // namespace hyperlocal
