#include "fakes/gcs/server/control_plane_internal.h"

#include <algorithm>
#include <string>
#include <utility>

#include "fakes/gcs/server/control_api_internal.h"

namespace hyperlocal::gcs {
namespace {

// The method of the request that this thread is answering: handlers publish what they did without
// saying by what.
thread_local std::string_view current_method;

// A stream of events holds a thread for as long as it lasts; most of them are for requests.
std::size_t MostSubscribers(int threads) {
  return static_cast<std::size_t>(std::clamp(threads / 4, 1, 4));
}

class ServerControl : public ControlPlane {
 public:
  ServerControl(const GcsServerOptions& options, std::unique_ptr<SignatureChecker> signers,
                std::shared_ptr<FaultPlan> plan)
      : signers_(std::move(signers)), events_(MostSubscribers(options.threads)) {
    if (plan) faults_.SetPlan(std::move(plan));
  }

  void Around(GcsCall& call, GcsHandler handler) override {
    const std::string_view path = call.request->path();
    // Somebody has to be able to turn the faults off.
    if (IsControlPath(path)) return handler(call);
    const std::string_view before = std::exchange(current_method, call.method);
    if (events_.WantsRequests()) {
      const auto begin = std::chrono::steady_clock::now();
      Answer(call, handler);
      Note(call, std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::steady_clock::now() - begin));
    } else {
      Answer(call, handler);
    }
    current_method = before;  // a batch's parts are answered within it
  }

  void Publish(const GcsEvent& event) override {
    events_.Publish(event, current_method, signers_->Now());
  }

  // Stalls end when the connections do.
  void Stop() override { events_.Stop(); }

  FaultInjector& faults() override { return faults_; }
  EventLog& events() override { return events_; }
  SignatureChecker& signers() override { return *signers_; }
  std::chrono::steady_clock::time_point started() const override { return started_; }

 private:
  void Answer(GcsCall& call, GcsHandler handler) {
    const HttpRequest& request = *call.request;
    if (!request.query().empty()) {
      const auto refusal = signers_->CheckUrl(
          SignedRequest{request.method, request.path(), request.query(), request.headers});
      if (refusal) return RefuseXml(call, *refusal);
    }
    faults_.Around(call, handler);
  }

  void Note(const GcsCall& call, std::chrono::microseconds took) {
    RequestNote note;
    note.method = call.method;
    note.http_method = call.request->method;
    note.path = call.request->path();
    note.bucket = call.bucket;
    note.object = call.object;
    note.status = call.response.status;
    note.bytes =
        call.response.source ? call.response.source_length.value_or(0) : call.response.body.size();
    note.took = took;
    events_.Publish(note, signers_->Now());
  }

  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::unique_ptr<SignatureChecker> signers_;
  FaultInjector faults_;
  EventLog events_;
};

}  // namespace

Result<std::unique_ptr<ControlPlane>> ControlPlane::Create(const GcsServerOptions& options) {
  HYPERLOCAL_TRY(std::unique_ptr<SignatureChecker> signers, SignatureChecker::Create(options));
  std::shared_ptr<FaultPlan> plan;
  if (!options.fault_plan.empty()) {
    HYPERLOCAL_TRY(plan, FaultPlan::Parse(options.fault_plan));
  }
  return std::unique_ptr<ControlPlane>(
      new ServerControl(options, std::move(signers), std::move(plan)));
}

}  // namespace hyperlocal::gcs
