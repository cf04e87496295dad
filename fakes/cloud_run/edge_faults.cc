#include <array>
#include <utility>

#include "fakes/cloud_run/edge_internal.h"
#include "fakes/cloud_run/edge_passage_internal.h"
#include "fakes/cloud_run/struck_requests_internal.h"

// What the fault plan does to a request.
namespace hyperlocal::cloud_run {
namespace {

constexpr std::size_t kLargestEvent = std::size_t{1} << 20;  // that is looked into for its action

}  // namespace

bool Edge::ReadBodyForAction(Passage& passage) {
  HttpRequest& request = passage.request;
  if (!request.has_body || !request.content_length || *request.content_length > kLargestEvent) {
    return true;
  }
  Result<std::string> body = request.ReadSmallBody(kLargestEvent);
  if (!body) {
    Refuse(passage, 400, "", "The request's body did not come whole.");
    return false;
  }
  passage.body = std::move(*body);
  return true;
}

bool Edge::MeetFault(Passage& passage) {
  passage.plan = faults();
  if (!passage.plan) return true;
  if (passage.plan->wants_action() && !ReadBodyForAction(passage)) return false;
  passage.fault = passage.plan->Choose(passage.request.method, passage.request.path(),
                                       passage.body ? ActionOf(*passage.body) : "");
  if (!passage.fault) return true;
  const HostFaultRule& rule = passage.fault->rule;
  switch (rule.fault) {
    case HostFaultKind::kStatus:
      Refuse(passage, rule.status, "", "Injected by the fault plan.");
      return false;
    case HostFaultKind::kReset:
      Refuse(passage, 503, "", "Connection reset by the fault plan.");
      passage.response.ending = HttpResponse::Ending::kReset;
      return false;
    case HostFaultKind::kDelay:
      if (passage.request.ClientGoesWithin(rule.delay)) {
        Refuse(passage, 499, "", "The client went away while the fault plan delayed its request.");
        return false;
      }
      return true;
    case HostFaultKind::kKill:      // while the instance works on it
    case HostFaultKind::kFullDisk:  // of the instance that it gets
      return true;
    case HostFaultKind::kDuplicate:
      // A body that is too long to be kept can be sent only once.
      if (!passage.body && !ReadBodyForAction(passage)) return false;
      passage.is_duplicated = passage.body.has_value() || !passage.request.has_body;
      return true;
  }
  return true;
}

bool Edge::DeliverOnce(Passage& passage) {
  Forward(passage);
  if (!passage.upstream) return false;  // it was answered here
  std::array<char, 16384> part;
  for (;;) {
    const auto read = passage.upstream->ReadBody(part.data(), part.size());
    const auto* const count = std::get_if<std::size_t>(&read);
    if (count == nullptr || *count == 0) break;
  }
  passage.upstream.reset();
  passage.response = HttpResponse{};
  return true;
}

void Edge::FillDisk(Passage& passage) {
  if (!passage.fault || passage.fault->rule.fault != HostFaultKind::kFullDisk) return;
  passage.disk = pool_.DiskOf(*passage.lease->instance());
  if (!passage.disk && options_.disks != nullptr && passage.lease->instance()->server) {
    if (auto made = options_.disks->NewDisk()) passage.disk = std::move(*made);
  }
  if (passage.disk && !passage.disk->LeaveFree(passage.fault->free_bytes)) passage.disk.reset();
  if (!passage.disk) passage.plan->Missed(*passage.fault);
}

std::unique_ptr<StruckRequests::Guard> Edge::WatchForFault(Passage& passage,
                                                           UpstreamExchange& upstream) {
  if (!passage.fault) return nullptr;
  StruckRequests::Request request;
  request.trace = passage.record.trace();
  request.kill_at_frame = passage.fault->kill_at_frame;
  request.kill = [this, &passage, &upstream, instance = passage.lease->instance()] {
    passage.is_killed = true;
    pool_.BeginKill(instance);
    upstream.Cut();
  };
  if (passage.disk) request.disk = passage.disk->path();
  return std::make_unique<StruckRequests::Guard>(*options_.struck, std::move(request));
}

bool Edge::KillsWhenSent(Passage& passage, UpstreamExchange& upstream) const {
  if (!passage.fault || passage.fault->rule.fault != HostFaultKind::kKill) return false;
  if (passage.fault->kill_after) {
    passage.kill_at = options_.now() + *passage.fault->kill_after;
    upstream.AskAgainIn(*passage.fault->kill_after);
  }
  return !passage.fault->kill_after && !passage.fault->kill_at_frame;
}

void Edge::EndFault(Passage& passage) {
  if (!passage.fault) return;
  passage.kill_at.reset();
  if (passage.disk) passage.disk->Lift();
  passage.disk.reset();
  if (passage.fault->rule.fault == HostFaultKind::kKill && !passage.is_killed) {
    passage.plan->Missed(*passage.fault);
  }
}

}  // namespace hyperlocal::cloud_run
