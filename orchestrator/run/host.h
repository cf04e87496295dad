#pragma once

#include <functional>
#include <string>

#include "engine/error/result.h"
#include "orchestrator/run/effect.h"
#include "orchestrator/run/execution.h"
#include "orchestrator/run/step_observer.h"
#include "orchestrator/stdlib/raised.h"

namespace hyperlocal::workflow {

// What executions need beside HTTP and a clock, and what looks at them: the interfaces that
// whoever runs a Driver implements. All are called from the driver's thread.

// Gives the tokens of calls with `auth`.
class IdentityTokens {
 public:
  virtual ~IdentityTokens() = default;
  // What goes behind "Authorization: Bearer ". An error becomes an AuthError of the call.
  virtual Result<std::string> Token(const HttpAuth& auth) = 0;
};

// Performs calls of Google APIs and of experimental.executions.*.
class Connectors {
 public:
  virtual ~Connectors() = default;
  // `key` is the call's own, and the same when it is made again after a restart: what was begun
  // before can be found by it. Calls `done` once, from any thread, perhaps before this returns.
  virtual void Start(std::string key, ConnectorCall call,
                     std::function<void(Raising<Value>)> done) = 0;
};

// Keeps executions so that they survive the process.
class ExecutionStore {
 public:
  virtual ~ExecutionStore() = default;
  // The execution as it is now, after an event was recorded and before anything is done that it
  // asks for. When this fails, nothing of it is done, and the execution is given up
  // (ExecutionListener::OnAbandoned); what was stored before can be resumed.
  virtual Status Save(const std::string& id, const Execution& execution) = 0;
  // Everything saved since the last call is kept when this returns: one call for as many events as
  // came together. What executions ask for is done only then; when it fails, all of them are given
  // up.
  virtual Status Commit() { return Ok(); }
};

class ExecutionListener {
 public:
  virtual ~ExecutionListener() = default;
  // For the entries of an execution's steps; null when nobody wants them.
  virtual StepObserver* ObserverOf(const std::string& /*id*/) { return nullptr; }
  virtual void OnLog(const std::string& /*id*/, const LogEntry& /*entry*/) {}
  // After every event, also the last one; several that came together may have been taken in before.
  virtual void OnChanged(const std::string& /*id*/, const Execution& /*execution*/) {}
  // It could not be saved.
  virtual void OnAbandoned(const std::string& /*id*/, const Error& /*error*/) {}
};

}  // namespace hyperlocal::workflow
