#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/http/http_server.h"
#include "fakes/cloud_run/host_fault_plan_internal.h"
#include "fakes/cloud_run/instance_pool_internal.h"
#include "fakes/cloud_run/request_record_internal.h"
#include "fakes/cloud_run/small_disk.h"
#include "fakes/cloud_run/struck_requests_internal.h"
#include "fakes/cloud_run/token_verifier.h"
#include "fakes/cloud_run/upstream_exchange_internal.h"

namespace hyperlocal::cloud_run {

struct EdgeOptions {
  TokenVerifier* verifier = nullptr;  // null: everybody may call
  std::string project;
  std::chrono::milliseconds request_timeout{};
  std::uint64_t max_request_bytes = 0;
  std::uint64_t max_response_bytes = 0;
  std::function<std::chrono::system_clock::time_point()> now;
  std::function<void(LogEntry)> log;
  StruckRequests* struck = nullptr;  // outlives the edge
  DiskShelf* disks = nullptr;        // null: there are none to fill
};

// What a request meets on its way to an instance, in this order: the control prefix, the token, the
// limit of its size, the fault plan, the wait for an instance. Any number of threads.
class Edge {
 public:
  Edge(EdgeOptions options, InstancePool& pool);

  // Before the first request.
  void SetAudiences(std::vector<std::string> audiences) { audiences_ = std::move(audiences); }
  // Null: no faults.
  void SetFaults(std::shared_ptr<HostFaultPlan> plan);
  std::shared_ptr<HostFaultPlan> faults() const;

  void Handle(HttpRequest& request, HttpResponse& response);

 private:
  struct Passage;  // of one request

  void HandleControl(HttpRequest& request, HttpResponse& response);
  // Whether the request may go on; else it is answered.
  bool Admit(Passage& passage);
  // The same, with what the fault plan says.
  bool MeetFault(Passage& passage);
  bool ReadBodyForAction(Passage& passage);
  void Refuse(Passage& passage, int status, std::string severity, std::string why);
  void RefusePool(Passage& passage, InstancePool::Refusal refusal);
  // When the instance is known, fills its disk if that is the fault.
  void FillDisk(Passage& passage);
  // Null: nothing is to happen to it while the instance works.
  std::unique_ptr<StruckRequests::Guard> WatchForFault(Passage& passage,
                                                       UpstreamExchange& upstream);
  // The instance has the whole request: whether it is killed now.
  bool KillsWhenSent(Passage& passage, UpstreamExchange& upstream) const;
  void EndFault(Passage& passage);
  // Has the instance work on the request and drops its answer; false: it was refused meanwhile.
  bool DeliverOnce(Passage& passage);
  void Forward(Passage& passage);

  const EdgeOptions options_;
  InstancePool& pool_;
  std::vector<std::string> audiences_;
  mutable std::mutex mutex_;
  std::shared_ptr<HostFaultPlan> faults_;  // guarded by mutex_
};

}  // namespace hyperlocal::cloud_run
