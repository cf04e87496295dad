#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "engine/clock.h"
#include "engine/http_caller.h"
#include "orchestrator/run/execution.h"
#include "orchestrator/run/host.h"

namespace hyperlocal::workflow {

// What a driver works with. The pointers may be null: then calls with `auth` go out without a
// token, connectors raise an error that says they are not connected, nothing is stored, nobody
// listens. All of them must outlive the driver.
struct DriverServices {
  HttpCaller* http = nullptr;  // required
  Clock* clock = nullptr;      // required
  IdentityTokens* tokens = nullptr;
  Connectors* connectors = nullptr;
  ExecutionStore* store = nullptr;
  ExecutionListener* listener = nullptr;
};

// Runs executions, any number of them in one thread: waits for what happens, advances the execution
// that it happens to, stores it and does what it asks for.
//
// Threads: one thread calls Run or Process. All else may be called from any thread; answers of the
// HttpCaller, the Clock and the Connectors may come from any thread, also after the driver is gone.
class Driver {
 public:
  explicit Driver(DriverServices services);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Takes an execution that has just been begun, under an id that no other has.
  void Start(std::string id, Execution execution);
  // Takes one that was stored while it ran: what it waits for is done again. A call whose answer
  // was stored is not made again; one whose answer was not, is.
  void Resume(std::string id, Execution execution);
  void Cancel(std::string id);
  // A request to a callback endpoint; see CallbackRequest. `kept` is called from the driver's
  // thread: with true once the request is stored with the execution, with false when there is no
  // such execution (any more) or it could not be stored.
  void DeliverCallback(std::string id, std::string callback, Value request,
                       std::function<void(bool)> kept = {});

  // Handles what has happened, and goes on until Stop.
  void Run();
  void Stop();

  // Handles what has happened so far, without waiting. False when there was nothing.
  bool Process();
  // Waits until there is something to handle or `longest` has passed.
  void WaitForWork(std::chrono::milliseconds longest);

  // How many executions are not over. From the driver's thread.
  std::size_t active() const;

 private:
  struct Inbox;
  struct Work;
  class Executions;

  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<Executions> executions_;
};

}  // namespace hyperlocal::workflow
