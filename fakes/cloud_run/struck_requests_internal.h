#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/http/http_message.h"
#include "fakes/cloud_run/log_entry.h"
#include "fakes/cloud_run/trace_context_internal.h"

namespace hyperlocal::cloud_run {

// Requests under way that a fault of the plan is about, found again by what a service says of them:
// the trace and the span that the edge gave them. Any thread.
class StruckRequests {
 public:
  struct Request {
    TraceContext trace;
    std::optional<std::uint64_t> kill_at_frame;
    std::function<void()> kill;  // called once, by the thread that tells of the frame
    std::filesystem::path disk;  // where its handler is to work; empty: anywhere
  };

  // Is found as long as this lives. When it is gone, `kill` is not under way any more.
  class Guard {
   public:
    Guard(StruckRequests& all, Request request);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    StruckRequests& all_;
    std::list<Request>::iterator place_;
  };

  // A handler in this process has done so many frames of the request with these headers.
  void SeeFrame(const HttpHeaders& headers, std::uint64_t frames_done);
  // The same, when a program writes a line of JSON with `"event": "chunk_progress"` and
  // `"framesDone": N` to its log.
  void SeeLine(const LogEntry& entry);
  // Where the handler of the request with these headers is to work; empty: anywhere.
  std::filesystem::path DiskOf(const HttpHeaders& headers) const;

 private:
  // With mutex_ held.
  static void Strike(Request& request, std::uint64_t frames_done);

  mutable std::mutex mutex_;
  std::list<Request> requests_;  // guarded by mutex_
};

}  // namespace hyperlocal::cloud_run
