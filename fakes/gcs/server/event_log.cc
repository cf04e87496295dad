#include "fakes/gcs/server/event_log_internal.h"

#include <algorithm>
#include <utility>

#include "fakes/gcs/server/json_writer_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostQueued = 1000;

bool Wants(const EventFilter& filter, std::string_view bucket, std::string_view object) {
  return (filter.bucket.empty() || filter.bucket == bucket) && object.starts_with(filter.prefix);
}

}  // namespace

EventLog::Subscription::~Subscription() {
  const std::lock_guard lock(log_.mutex_);
  std::erase(log_.subscribers_, this);
  --log_.listeners_;
  if (filter_.requests) --log_.request_listeners_;
}

std::optional<EventLog::Item> EventLog::Subscription::Next(std::chrono::milliseconds patience) {
  std::unique_lock lock(log_.mutex_);
  log_.changed_.wait_for(lock, patience,
                         [this] { return log_.stopped_ || !queue_.empty() || dropped_ > 0; });
  if (log_.stopped_) return std::nullopt;
  if (!queue_.empty()) {
    Item item = std::move(queue_.front());
    queue_.pop_front();
    return item;
  }
  JsonWriter json;
  json.BeginObject();
  if (dropped_ == 0) {
    json.Member("kind", "HEARTBEAT");
    json.EndObject();
    return Item{"HEARTBEAT", std::move(json).Take()};
  }
  // They came after all that was queued.
  json.Member("kind", "DROPPED");
  json.Member("count", std::exchange(dropped_, 0));
  json.EndObject();
  return Item{"DROPPED", std::move(json).Take()};
}

std::shared_ptr<EventLog::Subscription> EventLog::Subscribe(EventFilter filter) {
  const bool requests = filter.requests;
  auto subscription = std::make_shared<Subscription>(*this, std::move(filter));
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = subscribers_.size() >= most_subscribers_;
    if (!full) subscribers_.push_back(subscription.get());
    ++listeners_;
    if (requests) ++request_listeners_;
  }
  if (full) subscription.reset();
  return subscription;
}

void EventLog::Add(Subscription& to, const Item& item) {
  // Once something was dropped, the subscriber is told so before anything newer.
  if (to.dropped_ > 0 || to.queue_.size() >= kMostQueued) {
    ++to.dropped_;
  } else {
    to.queue_.push_back(item);
  }
}

void EventLog::Publish(const GcsEvent& event, std::string_view method,
                       std::chrono::system_clock::time_point now) {
  if (listeners_.load(std::memory_order_relaxed) == 0) return;
  const ObjectRecord& object = event.object;
  {
    const std::lock_guard lock(mutex_);
    JsonWriter json;
    json.BeginObject();
    json.Member("kind", NameOf(event.kind));
    json.Member("sequence", ++sequence_);
    json.Member("time", Rfc3339(now));
    json.Member("bucket", object.key.bucket);
    json.Member("object", object.key.name);
    json.QuotedMember("generation", object.generation);
    json.QuotedMember("metageneration", object.metageneration);
    json.QuotedMember("size", static_cast<std::int64_t>(object.size));
    if (!method.empty()) json.Member("method", method);
    json.EndObject();
    const Item item{std::string(NameOf(event.kind)), std::move(json).Take()};
    for (Subscription* const subscriber : subscribers_) {
      if (Wants(subscriber->filter_, object.key.bucket, object.key.name)) Add(*subscriber, item);
    }
  }
  changed_.notify_all();
}

void EventLog::Publish(const RequestNote& note, std::chrono::system_clock::time_point now) {
  if (!WantsRequests()) return;
  {
    const std::lock_guard lock(mutex_);
    JsonWriter json;
    json.BeginObject();
    json.Member("kind", "REQUEST");
    json.Member("sequence", ++sequence_);
    json.Member("time", Rfc3339(now));
    if (!note.method.empty()) json.Member("method", note.method);
    json.Member("httpMethod", note.http_method);
    json.Member("path", note.path);
    if (!note.bucket.empty()) json.Member("bucket", note.bucket);
    if (!note.object.empty()) json.Member("object", note.object);
    json.Member("status", note.status);
    json.Member("bytes", note.bytes);
    json.Member("microseconds", note.took.count());
    json.EndObject();
    const Item item{"REQUEST", std::move(json).Take()};
    for (Subscription* const subscriber : subscribers_) {
      if (subscriber->filter_.requests && Wants(subscriber->filter_, note.bucket, note.object)) {
        Add(*subscriber, item);
      }
    }
  }
  changed_.notify_all();
}

void EventLog::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

}  // namespace hyperlocal::gcs
