#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/gcs/server/gcs_event_internal.h"

namespace hyperlocal::gcs {

// A request that was answered.
struct RequestNote {
  std::string method;  // "storage.objects.get"
  std::string http_method;
  std::string path;  // encoded, without its query: signatures are in there
  std::string bucket, object;
  int status = 0;
  std::uint64_t bytes = 0;  // of the answer's body
  std::chrono::microseconds took{0};
};

// What a subscriber wants to hear of.
struct EventFilter {
  std::string bucket;  // empty: any
  std::string prefix;  // of the object's name
  bool requests = false;
};

// Tells those who listen what happens in the server. Each has a queue of its own of a thousand
// events; what does not fit is dropped and counted, and the subscriber is told how many: nobody
// waits for a slow listener. Any number of threads.
class EventLog {
 public:
  struct Item {
    std::string kind;  // "OBJECT_FINALIZE", "REQUEST", "DROPPED", "HEARTBEAT"
    std::string json;  // one line
  };

  class Subscription {
   public:
    Subscription(EventLog& log, EventFilter filter) : log_(log), filter_(std::move(filter)) {}
    ~Subscription();

    // The next event; a heartbeat when there is none for `patience`; nothing when the log has
    // stopped.
    std::optional<Item> Next(std::chrono::milliseconds patience);

   private:
    friend class EventLog;
    EventLog& log_;
    const EventFilter filter_;
    std::deque<Item> queue_;     // guarded by log_.mutex_
    std::uint64_t dropped_ = 0;  // guarded by log_.mutex_; since the last DROPPED
  };

  explicit EventLog(std::size_t most_subscribers) : most_subscribers_(most_subscribers) {}

  // Null: there are as many as there may be, each holding a thread of the server's. The log must
  // outlive it.
  std::shared_ptr<Subscription> Subscribe(EventFilter filter);

  // `method`: of the request that did it.
  void Publish(const GcsEvent& event, std::string_view method,
               std::chrono::system_clock::time_point now);
  void Publish(const RequestNote& note, std::chrono::system_clock::time_point now);
  // Whether anybody listens to requests: nothing need be gathered for nobody.
  bool WantsRequests() const { return request_listeners_.load(std::memory_order_relaxed) > 0; }

  // Ends every subscription, those to come too.
  void Stop();

 private:
  void Add(Subscription& to, const Item& item);

  const std::size_t most_subscribers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Subscription*> subscribers_;  // guarded by mutex_
  std::atomic<int> listeners_ = 0;
  std::atomic<int> request_listeners_ = 0;
  std::uint64_t sequence_ = 0;  // guarded by mutex_; of all events
  bool stopped_ = false;        // guarded by mutex_
};

}  // namespace hyperlocal::gcs
