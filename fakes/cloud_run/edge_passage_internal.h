#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "fakes/cloud_run/edge_internal.h"
#include "fakes/cloud_run/small_disk.h"
#include "fakes/cloud_run/upstream_exchange_internal.h"

namespace hyperlocal::cloud_run {

// What is known of one request; kept until the last byte of its answer is sent.
struct Edge::Passage {
  Passage(HttpRequest& in, HttpResponse& out, const EdgeOptions& options)
      : request(in),
        response(out),
        record(options.log, options.project, TraceContext::Of(in.headers)) {}

  HttpRequest& request;
  HttpResponse& response;
  RequestRecord record;
  std::chrono::system_clock::time_point deadline;
  // Declared before what uses it: the place is given back when the exchange has ended.
  std::optional<InstancePool::Lease> lease;
  std::unique_ptr<UpstreamExchange> upstream;
  std::string token_header;         // the name of the header that let it in
  std::optional<std::string> body;  // when it was read for its action

  std::shared_ptr<HostFaultPlan> plan;  // that says what happens to it; null: nothing
  std::optional<HostFault> fault;
  std::optional<std::chrono::system_clock::time_point> kill_at;
  std::atomic<bool> is_killed = false;  // its instance, by the plan
  bool is_duplicated = false;           // its body was read
  std::shared_ptr<SmallDisk> disk;      // that is full
};

}  // namespace hyperlocal::cloud_run
