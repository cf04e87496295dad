#pragma once

#include <memory>

#include "fakes/gcs/server/event_log_internal.h"
#include "fakes/gcs/server/fault_injector_internal.h"
#include "fakes/gcs/server/gcs_call_internal.h"
#include "fakes/gcs/server/gcs_event_internal.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/server/signed_check_internal.h"

namespace hyperlocal::gcs {

// What stands beside the store in a running server: faults, known signers, events and the request
// log. Any number of threads.
class ControlPlane {
 public:
  // Error: kBadRequest (a key or the fault plan).
  static Result<std::unique_ptr<ControlPlane>> Create(const GcsServerOptions& options);
  virtual ~ControlPlane() = default;

  // Calls `handler`, or answers in its place: checks the signature if the URL is signed, injects
  // faults, notes the call. `call` is routed already.
  virtual void Around(GcsCall& call, GcsHandler handler) = 0;
  // A handler tells what it has done, after it is durable.
  virtual void Publish(const GcsEvent& event) = 0;
  // Event streams end; the server is about to stop.
  virtual void Stop() = 0;

  // For the control API and for forms.
  virtual FaultInjector& faults() = 0;
  virtual EventLog& events() = 0;
  virtual SignatureChecker& signers() = 0;
  virtual std::chrono::steady_clock::time_point started() const = 0;
};

}  // namespace hyperlocal::gcs
