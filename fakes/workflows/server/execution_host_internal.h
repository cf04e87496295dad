#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/clock.h"
#include "engine/error/result.h"
#include "engine/http_caller.h"
#include "fakes/workflows/server/program_shelf_internal.h"
#include "fakes/workflows/server/step_recorder_internal.h"
#include "fakes/workflows/server/workflows_server.h"
#include "fakes/workflows/store/workflow_store.h"
#include "orchestrator/run/driver.h"

namespace hyperlocal::workflows {

// What an execution is created with, beside its workflow.
struct NewExecution {
  std::string id;        // empty: a new one
  std::string argument;  // JSON; empty: null
  std::string settings = "{}";
  bool may_queue = true;
};

// Runs executions in a thread of its own, and writes down what they come to: everything that an
// event changed, before anything is done that it asks for. So an execution can go on in another
// process from wherever this one was killed.
class ExecutionHost final : public workflow::ExecutionStore, public workflow::ExecutionListener {
 public:
  struct Services {
    WorkflowStore& store;
    HttpCaller& http;
    Clock& clock;
    workflow::Connectors* connectors = nullptr;
  };
  // Of `options` the limits, the tokens, and who is told. All must outlive the host.
  ExecutionHost(const WorkflowsServerOptions& options, Services services);
  ~ExecutionHost() override;

  // Takes up what the store holds unfinished, and goes on with it. `base_url`: where callback
  // endpoints are, "http://127.0.0.1:8787".
  Status Begin(std::string base_url);
  // Executions stay where they are. Idempotent.
  void Stop();

  // --- Any thread ---
  // Errors: kInvalidJson for the argument, kBadRequest when it is too large,
  // kDependencyUnavailable when there are too many executions, kConflict for an id that is taken.
  Result<ExecutionRecord> Create(const WorkflowRecord& workflow, NewExecution execution);
  // Answers when it is cancelled. Error: kPreconditionFailed when it is over.
  Status Cancel(const std::string& name);
  // Those whose names begin so, of workflows that are no more; without waiting.
  void CancelAllOf(std::string_view prefix);
  // Answers when the request is stored with the execution. Error: kNotFound when it is over.
  Status DeliverCallback(const std::string& name, const std::string& callback,
                         workflow::Value request);
  // Calls `over` once: when the execution is over, at once if it is; from any thread. Not when the
  // host is stopped before.
  void WhenOver(const std::string& name, std::function<void()> over);
  // Waits for it on the machine's clock.
  void Await(const std::string& name, std::chrono::milliseconds longest);
  std::size_t running() const;
  std::size_t queued() const;
  TimePoint Now() const { return services_.clock.Now(); }
  ProgramShelf& programs() { return programs_; }

 private:
  // An execution that is not over.
  struct Live {
    std::int64_t key = 0;
    std::int64_t workflow = 0;
    bool queued = false;
    StepRecorder steps;  // the driver's thread's
    struct Callback {
      std::string id;
      TimePoint created;
    };
    std::vector<Callback> callbacks;  // the same
    std::vector<std::function<void()>> waiting;
  };

  // --- The driver's thread ---
  Status Save(const std::string& id, const workflow::Execution& execution) override;
  Status Commit() override;
  workflow::StepObserver* ObserverOf(const std::string& id) override;
  void OnLog(const std::string& id, const workflow::LogEntry& entry) override;
  void OnChanged(const std::string& id, const workflow::Execution& execution) override;
  void OnAbandoned(const std::string& id, const Error& error) override;

  using LiveMap = std::unordered_map<std::string, std::unique_ptr<Live>>;

  Live* Find(const std::string& name);
  std::unique_ptr<Live> TakeOut(LiveMap::iterator queued);
  void Over(const std::string& name);
  void StartQueued();
  Status StartOne(const std::string& name);
  Result<workflow::Execution> NewRun(const ExecutionRecord& record);
  Status TakeUp(UnfinishedExecution unfinished);
  void GiveUpOn(const ExecutionRecord& record, const Error& why);
  void Warn(std::string_view text) const;
  std::string CallbacksText(Live& live, const workflow::Execution& execution) const;

  const WorkflowsServerOptions& options_;
  const Services services_;
  ProgramShelf programs_;
  std::string base_url_;
  std::unique_ptr<workflow::Driver> driver_;
  std::thread thread_;

  mutable std::mutex mutex_;  // guards what follows, except what is the driver's thread's
  LiveMap live_;              // by name
  std::deque<std::string> queue_;
  std::size_t running_ = 0;
  std::size_t queued_ = 0;  // in queue_, and on their way there
  bool stopped_ = false;

  // What was saved and is not committed; the driver's thread's.
  std::vector<ExecutionProgress> pending_;
  std::unordered_map<std::int64_t, std::size_t> pending_of_;
};

// "ACTIVE", "QUEUED", …
std::string_view ApiStateName(ApiState state);

// A random number of a kind that nobody guesses; an id in UUID's form.
std::uint64_t RandomNumber();
std::string RandomId();

}  // namespace hyperlocal::workflows
