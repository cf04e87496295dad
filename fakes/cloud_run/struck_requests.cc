#include "fakes/cloud_run/struck_requests_internal.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"

namespace hyperlocal::cloud_run {
namespace {

constexpr std::string_view kProgress = "chunk_progress";

// Whether the header is the one that the edge wrote for this trace.
bool IsOf(const TraceContext& trace, std::string_view traceparent) {
  return traceparent.find(trace.trace_id + "-" + trace.span_id) != std::string_view::npos;
}

}  // namespace

StruckRequests::Guard::Guard(StruckRequests& all, Request request) : all_(all) {
  const std::lock_guard lock(all_.mutex_);
  place_ = all_.requests_.insert(all_.requests_.end(), std::move(request));
}

StruckRequests::Guard::~Guard() {
  const std::lock_guard lock(all_.mutex_);
  all_.requests_.erase(place_);
}

void StruckRequests::Strike(Request& request, std::uint64_t frames_done) {
  if (!request.kill_at_frame || frames_done < *request.kill_at_frame) return;
  request.kill_at_frame.reset();
  request.kill();
}

void StruckRequests::SeeFrame(const HttpHeaders& headers, std::uint64_t frames_done) {
  const std::lock_guard lock(mutex_);
  if (requests_.empty()) return;
  const std::string_view traceparent = headers.Get("traceparent");
  for (Request& request : requests_) {
    if (IsOf(request.trace, traceparent)) Strike(request, frames_done);
  }
}

void StruckRequests::SeeLine(const LogEntry& entry) {
  const std::lock_guard lock(mutex_);
  if (requests_.empty() || entry.json.find(kProgress) == std::string::npos) return;
  const auto line = ParseJson(entry.json, "log line");
  if (!line || !line->is_object()) return;
  const auto event = line->find("event"), frames = line->find("framesDone");
  if (event == line->end() || *event != kProgress || frames == line->end() ||
      !frames->is_number_unsigned()) {
    return;
  }
  for (Request& request : requests_) {
    if (entry.span_id == request.trace.span_id && entry.trace.ends_with(request.trace.trace_id)) {
      Strike(request, frames->get<std::uint64_t>());
    }
  }
}

std::filesystem::path StruckRequests::DiskOf(const HttpHeaders& headers) const {
  const std::lock_guard lock(mutex_);
  for (const Request& request : requests_) {
    if (!request.disk.empty() && IsOf(request.trace, headers.Get("traceparent"))) {
      return request.disk;
    }
  }
  return {};
}

}  // namespace hyperlocal::cloud_run
