#include "fakes/gcs/server/event_stream_internal.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/event_log_internal.h"
#include "fakes/gcs/server/gcs_error_internal.h"

namespace hyperlocal::gcs {
namespace {

// Proxies and clients give up on connections that say nothing for some half a minute; and a client
// that is gone is found out by the writing.
constexpr std::chrono::seconds kHeartbeat{5};

// The text of a stream, made as it is read.
class EventText {
 public:
  EventText(std::shared_ptr<EventLog::Subscription> subscription, bool server_sent)
      : subscription_(std::move(subscription)), server_sent_(server_sent) {
    Append({"SUBSCRIBED", R"({"kind":"SUBSCRIBED","format":"hyperlocal.events/1"})"});
  }

  std::size_t Read(char* to, std::size_t room) {
    if (at_ == text_.size()) {
      text_.clear();
      at_ = 0;
      auto item = subscription_->Next(kHeartbeat);
      if (!item) return 0;
      Append(*item);
    }
    const std::size_t count = std::min(room, text_.size() - at_);
    std::memcpy(to, text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  void Append(const EventLog::Item& item) {
    if (!server_sent_) {
      text_ += item.json + "\n";
    } else if (item.kind == "HEARTBEAT") {
      text_ += ":\n\n";  // a comment
    } else {
      text_ += "event: " + item.kind + "\ndata: " + item.json + "\n\n";
    }
  }

  const std::shared_ptr<EventLog::Subscription> subscription_;
  const bool server_sent_;
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

void StreamEvents(GcsCall& call) {
  EventFilter filter;
  filter.bucket = call.query.Get("bucket");
  filter.prefix = call.query.Get("prefix");
  const auto requests = call.query.Boolean("requests");
  if (!requests) return Refuse(call, requests.error());
  filter.requests = requests->value_or(false);
  auto subscription = call.control.events().Subscribe(std::move(filter));
  if (!subscription) {
    return Refuse(call, GcsError{503, "backendError",
                                 "as many listen to events as there may be; each holds a thread of "
                                 "this server, so close another stream first"});
  }
  const bool server_sent =
      call.Header("Accept").find("text/event-stream") != std::string_view::npos;
  auto text = std::make_shared<EventText>(std::move(subscription), server_sent);
  call.response.status = 200;
  call.response.headers.Add("Content-Type",
                            server_sent ? "text/event-stream" : "application/jsonl; charset=UTF-8");
  call.response.headers.Add("Cache-Control", "no-store");
  call.response.source = [text](std::uint64_t, char* to, std::size_t room) -> Result<std::size_t> {
    return text->Read(to, room);
  };
}

}  // namespace hyperlocal::gcs
