#include <algorithm>
#include <future>
#include <iterator>
#include <random>
#include <utility>

#include "fakes/workflows/server/execution_host_internal.h"
#include "fakes/workflows/server/execution_result_internal.h"
#include "fakes/workflows/server/resource_name_internal.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

// A number that the real service gives every project; here all have the same.
constexpr const char* kProjectNumber = "100000000000";
constexpr std::size_t kArgumentLimit = 512 * 1024;
constexpr std::chrono::seconds kCancelPatience{30};

// Of a text that we wrote ourselves.
Value Parsed(const std::string& json) {
  Result<Value> value = workflow::ParseJsonValue(json.empty() ? "null" : json);
  return value ? *std::move(value) : Value();
}

// sys.get_env's variables: the service's own, and the workflow's.
std::map<std::string, std::string> EnvironmentOf(const ExecutionRecord& record,
                                                 const RevisionRecord& revision) {
  std::map<std::string, std::string> environment;
  const Value settings = Parsed(revision.settings);
  if (settings.is_map()) {
    const Value* const variables = settings.map().Find("userEnvVars");
    if (variables != nullptr && variables->is_map()) {
      for (const ValueMap::Entry& entry : variables->map().entries()) {
        if (entry.value.is_string()) environment[entry.key] = entry.value.string();
      }
    }
    const Value* const account = settings.map().Find("serviceAccount");
    if (account != nullptr && account->is_string()) {
      environment["GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME"] = account->string();
    }
  }
  const ExecutionName name = *ParseExecutionName(record.name);
  environment["GOOGLE_CLOUD_PROJECT_ID"] = name.workflow.project;
  environment["GOOGLE_CLOUD_PROJECT_NUMBER"] = kProjectNumber;
  environment["GOOGLE_CLOUD_LOCATION"] = name.workflow.location;
  environment["GOOGLE_CLOUD_WORKFLOW_ID"] = name.workflow.id;
  environment["GOOGLE_CLOUD_WORKFLOW_REVISION_ID"] = record.revision_id;
  environment["GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID"] = name.id;
  return environment;
}

}  // namespace

std::string_view ApiStateName(ApiState state) {
  switch (state) {
    case ApiState::kActive:
      return "ACTIVE";
    case ApiState::kSucceeded:
      return "SUCCEEDED";
    case ApiState::kFailed:
      return "FAILED";
    case ApiState::kCancelled:
      return "CANCELLED";
    case ApiState::kUnavailable:
      return "UNAVAILABLE";
    case ApiState::kQueued:
      return "QUEUED";
  }
  return "STATE_UNSPECIFIED";
}

std::uint64_t RandomNumber() {
  thread_local std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

std::string RandomId() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (int half = 0; half < 2; ++half) {
    std::uint64_t bits = RandomNumber();
    for (int digit = 0; digit < 16; ++digit, bits >>= 4) id += kDigits[bits & 0xF];
  }
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) id.insert(dash, 1, '-');
  return id;
}

ExecutionHost::ExecutionHost(const WorkflowsServerOptions& options, Services services)
    : options_(options), services_(services), programs_(services.store) {
  driver_ = std::make_unique<workflow::Driver>(
      workflow::DriverServices{.http = &services_.http,
                               .clock = &services_.clock,
                               .tokens = options.tokens,
                               .connectors = services_.connectors,
                               .store = this,
                               .listener = this});
}

ExecutionHost::~ExecutionHost() {
  Stop();
}

void ExecutionHost::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  driver_->Stop();
  if (thread_.joinable()) thread_.join();
}

void ExecutionHost::Warn(std::string_view text) const {
  if (options_.warn) options_.warn(text);
}

Status ExecutionHost::Begin(std::string base_url) {
  base_url_ = std::move(base_url);
  HYPERLOCAL_TRY(std::vector<UnfinishedExecution> unfinished, services_.store.Unfinished());
  for (UnfinishedExecution& one : unfinished) {
    const ExecutionRecord record = one.record;
    if (const Status taken = TakeUp(std::move(one)); !taken) GiveUpOn(record, taken.error());
  }
  thread_ = std::thread([this] { driver_->Run(); });
  StartQueued();
  return Ok();
}

Status ExecutionHost::TakeUp(UnfinishedExecution unfinished) {
  const ExecutionRecord& record = unfinished.record;
  auto live = std::make_unique<Live>();
  live->key = record.key;
  live->workflow = record.workflow;
  const Value callbacks = Parsed(record.callbacks);
  if (callbacks.is_list()) {
    for (const Value& callback : callbacks.list()) {
      if (!callback.is_map()) continue;
      const Value* const id = callback.map().Find("id");
      const Value* const created = callback.map().Find("created");
      if (id == nullptr || created == nullptr || !id->is_string() || !created->is_integer()) {
        continue;
      }
      live->callbacks.push_back(
          {.id = id->string(),
           .created = TimePoint(std::chrono::microseconds(created->integer()))});
    }
  }
  if (record.state == ApiState::kQueued) {
    live->queued = true;
    const std::lock_guard lock(mutex_);
    live_[record.name] = std::move(live);
    queue_.push_back(record.name);
    ++queued_;
    return Ok();
  }
  HYPERLOCAL_TRY(const auto program, programs_.Find(record.workflow, record.revision));
  const bool begun = !unfinished.bytes.empty();
  HYPERLOCAL_TRY(
      workflow::Execution execution,
      begun ? workflow::Execution::Deserialize(program, unfinished.bytes) : NewRun(record));
  {
    const std::lock_guard lock(mutex_);
    live_[record.name] = std::move(live);
    ++running_;
  }
  if (begun) {
    driver_->Resume(record.name, std::move(execution));
  } else {
    driver_->Start(record.name, std::move(execution));
  }
  return Ok();
}

void ExecutionHost::GiveUpOn(const ExecutionRecord& record, const Error& why) {
  Warn("the execution " + record.name + " cannot go on: " + why.message +
       ". Its state was set aside; the execution is UNAVAILABLE.");
  const Status aside = services_.store.SetAside(
      record.key, Now(), ErrorText("\"the execution cannot go on\"", why.message));
  if (!aside) Warn("the state of " + record.name + " stays where it is: " + aside.error().message);
}

Result<workflow::Execution> ExecutionHost::NewRun(const ExecutionRecord& record) {
  HYPERLOCAL_TRY(const auto program, programs_.Find(record.workflow, record.revision));
  HYPERLOCAL_TRY(const RevisionRecord revision,
                 services_.store.FindRevision(record.workflow, record.revision));
  workflow::ExecutionOptions options;
  options.environment = EnvironmentOf(record, revision);
  options.callback_base_url = base_url_ + "/v1/" + record.name + "/callbacks";
  options.random_seed = RandomNumber();
  options.step_entries = options_.step_entries;
  return workflow::Execution::Begin(program, Parsed(record.argument), std::move(options));
}

Result<ExecutionRecord> ExecutionHost::Create(const WorkflowRecord& workflow,
                                              NewExecution execution) {
  ExecutionRecord record;
  record.argument = execution.argument.empty() ? "null" : std::move(execution.argument);
  if (record.argument.size() > kArgumentLimit) {
    return Error{ErrorCode::kBadRequest, "the argument has " +
                                             std::to_string(record.argument.size()) +
                                             " bytes; the service takes 512 KB at most"};
  }
  if (const Result<Value> value = workflow::ParseJsonValue(record.argument); !value) {
    return Error{ErrorCode::kInvalidJson, "the argument is no JSON: " + value.error().message};
  }
  HYPERLOCAL_TRY(const RevisionRecord revision,
                 services_.store.FindRevision(workflow.key, workflow.revision));
  record.name = workflow.name + "/executions/" + (execution.id.empty() ? RandomId() : execution.id);
  record.workflow = workflow.key;
  record.revision = revision.number;
  record.revision_id = revision.id;
  record.created = Now();
  record.settings = std::move(execution.settings);
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Error{ErrorCode::kDependencyUnavailable, "the server is being stopped"};
    const bool room = running_ < options_.concurrent_executions && queued_ == 0;
    if (!room && (!execution.may_queue || queued_ >= options_.queued_executions)) {
      return Error{ErrorCode::kDependencyUnavailable,
                   "Quota exceeded: " + std::to_string(running_) + " executions run and " +
                       std::to_string(queued_) +
                       " are queued; wait until some are over, or raise the server's limits"};
    }
    record.state = room ? ApiState::kActive : ApiState::kQueued;
    ++(room ? running_ : queued_);
  }
  const bool queued = record.state == ApiState::kQueued;
  if (!queued) record.started = record.created;
  const auto undo = [&](Error error) {
    {
      const std::lock_guard lock(mutex_);
      --(queued ? queued_ : running_);
    }
    StartQueued();
    return error;
  };
  Result<workflow::Execution> run = NewRun(record);
  if (!run) return undo(std::move(run).error());
  Result<std::int64_t> key = services_.store.CreateExecution(record);
  if (!key) return undo(std::move(key).error());
  record.key = *key;
  {
    const std::lock_guard lock(mutex_);
    auto live = std::make_unique<Live>();
    live->key = record.key;
    live->workflow = record.workflow;
    live->queued = queued;
    live_[record.name] = std::move(live);
    if (queued) queue_.push_back(record.name);
  }
  if (queued) {
    StartQueued();
  } else {
    driver_->Start(record.name, *std::move(run));
  }
  return record;
}

void ExecutionHost::StartQueued() {
  for (;;) {
    std::string name;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || queue_.empty() || running_ >= options_.concurrent_executions) return;
      name = std::move(queue_.front());
      queue_.pop_front();
      --queued_;
      const auto found = live_.find(name);
      if (found == live_.end()) continue;  // cancelled while it waited
      found->second->queued = false;
      ++running_;
    }
    if (const Status started = StartOne(name); !started) OnAbandoned(name, started.error());
  }
}

Status ExecutionHost::StartOne(const std::string& name) {
  HYPERLOCAL_TRY(const ExecutionRecord record, services_.store.FindExecution(name));
  HYPERLOCAL_TRY(workflow::Execution run, NewRun(record));
  HYPERLOCAL_TRY_STATUS(services_.store.StartExecution(record.key, Now()));
  driver_->Start(name, std::move(run));
  return Ok();
}

Status ExecutionHost::Cancel(const std::string& name) {
  std::unique_ptr<Live> queued;
  {
    const std::lock_guard lock(mutex_);
    const auto found = live_.find(name);
    if (found == live_.end()) {
      return Error{ErrorCode::kPreconditionFailed, "Execution '" + name + "' is over already"};
    }
    if (found->second->queued) queued = TakeOut(found);
  }
  if (queued != nullptr) {
    ExecutionProgress progress;
    progress.key = queued->key;
    progress.state = ApiState::kCancelled;
    progress.ended = Now();
    progress.error =
        ErrorText("{\"message\":\"Execution cancelled.\",\"tags\":[]}", "Execution cancelled.");
    HYPERLOCAL_TRY_STATUS(services_.store.SaveProgress({progress}));
    for (const std::function<void()>& over : queued->waiting) over();
    return Ok();
  }
  // One that has just left the queue may not have reached the driver yet: it is told again.
  const auto until = std::chrono::steady_clock::now() + kCancelPatience;
  while (Find(name) != nullptr && std::chrono::steady_clock::now() < until) {
    driver_->Cancel(name);
    Await(name, std::chrono::milliseconds(200));
  }
  return Ok();
}

void ExecutionHost::CancelAllOf(std::string_view prefix) {
  std::vector<std::string> running;
  std::vector<std::unique_ptr<Live>> queued;
  {
    const std::lock_guard lock(mutex_);
    for (auto live = live_.begin(); live != live_.end();) {
      const auto next = std::next(live);
      if (live->first.starts_with(prefix)) {
        if (live->second->queued) {
          queued.push_back(TakeOut(live));
        } else {
          running.push_back(live->first);
        }
      }
      live = next;
    }
  }
  for (const std::string& name : running) driver_->Cancel(name);
  for (const std::unique_ptr<Live>& one : queued) {
    for (const std::function<void()>& over : one->waiting) over();
  }
}

// Of one that waits in the queue: what is left there is stepped over. With the lock held.
std::unique_ptr<ExecutionHost::Live> ExecutionHost::TakeOut(LiveMap::iterator queued) {
  std::unique_ptr<Live> live = std::move(queued->second);
  live_.erase(queued);
  return live;
}

Status ExecutionHost::DeliverCallback(const std::string& name, const std::string& callback,
                                      workflow::Value request) {
  const auto kept = std::make_shared<std::promise<bool>>();
  std::future<bool> answer = kept->get_future();
  driver_->DeliverCallback(name, callback, std::move(request),
                           [kept](bool stored) { kept->set_value(stored); });
  // A server that is being stopped does not get to it any more.
  for (;;) {
    if (answer.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready) break;
    const std::lock_guard lock(mutex_);
    if (stopped_) return Error{ErrorCode::kDependencyUnavailable, "the server is being stopped"};
  }
  if (answer.get()) return Ok();
  return Error{ErrorCode::kNotFound, "the execution is over: nobody waits for this callback"};
}

void ExecutionHost::WhenOver(const std::string& name, std::function<void()> over) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = live_.find(name); found != live_.end()) {
      found->second->waiting.push_back(std::move(over));
      return;
    }
  }
  over();
}

void ExecutionHost::Await(const std::string& name, std::chrono::milliseconds longest) {
  const auto over = std::make_shared<std::promise<void>>();
  const std::future<void> answer = over->get_future();
  WhenOver(name, [over] { over->set_value(); });
  (void)answer.wait_for(longest);
}

std::size_t ExecutionHost::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::size_t ExecutionHost::queued() const {
  const std::lock_guard lock(mutex_);
  return queued_;
}

ExecutionHost::Live* ExecutionHost::Find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = live_.find(name);
  return found == live_.end() ? nullptr : found->second.get();
}

std::string ExecutionHost::CallbacksText(Live& live, const workflow::Execution& execution) const {
  const std::vector<workflow::Execution::Callback> callbacks = execution.Callbacks();
  if (callbacks.empty()) return {};
  ValueList list;
  for (const workflow::Execution::Callback& callback : callbacks) {
    auto known = std::find_if(live.callbacks.begin(), live.callbacks.end(),
                              [&](const Live::Callback& one) { return one.id == callback.id; });
    if (known == live.callbacks.end()) {
      known = live.callbacks.insert(known, {.id = callback.id, .created = Now()});
    }
    const auto created =
        std::chrono::floor<std::chrono::microseconds>(known->created.time_since_epoch());
    ValueMap entry;
    entry.Set("created", Value(static_cast<std::int64_t>(created.count())));
    entry.Set("id", Value(callback.id));
    entry.Set("method", Value(callback.method));
    entry.Set("waiters", Value(callback.awaited ? 1 : 0));
    list.emplace_back(std::move(entry));
  }
  Result<std::string> text = workflow::JsonText(Value(std::move(list)));
  return text ? *std::move(text) : std::string();
}

Status ExecutionHost::Save(const std::string& id, const workflow::Execution& execution) {
  Live* const live = Find(id);
  if (live == nullptr) return Ok();
  const auto [place, is_new] = pending_of_.try_emplace(live->key, pending_.size());
  if (is_new) pending_.emplace_back().key = live->key;
  ExecutionProgress& progress = pending_[place->second];
  DescribeRun(execution, progress);
  if (execution.state() == workflow::ExecutionState::kActive) {
    progress.bytes = execution.Serialize();
  } else {
    progress.bytes.clear();
    progress.ended = Now();
  }
  progress.callbacks = CallbacksText(*live, execution);
  live->steps.MoveTo(progress);
  return Ok();
}

Status ExecutionHost::Commit() {
  const std::vector<ExecutionProgress> progress = std::exchange(pending_, {});
  pending_of_.clear();
  return services_.store.SaveProgress(progress);
}

workflow::StepObserver* ExecutionHost::ObserverOf(const std::string& id) {
  if (!options_.step_entries) return nullptr;
  Live* const live = Find(id);
  return live == nullptr ? nullptr : &live->steps;
}

void ExecutionHost::OnLog(const std::string& id, const workflow::LogEntry& entry) {
  if (options_.on_log) options_.on_log(id, entry);
}

void ExecutionHost::OnChanged(const std::string& id, const workflow::Execution& execution) {
  if (execution.state() != workflow::ExecutionState::kActive) Over(id);
}

void ExecutionHost::OnAbandoned(const std::string& id, const Error& error) {
  Warn("the execution " + id + " stands still: " + error.message +
       ". Once that is mended, the next start of the server goes on with it.");
  Over(id);
}

void ExecutionHost::Over(const std::string& name) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto found = live_.find(name);
    if (found == live_.end()) return;
    waiting = std::move(found->second->waiting);
    --running_;
    live_.erase(found);
  }
  for (const std::function<void()>& over : waiting) over();
  StartQueued();
}

}  // namespace hyperlocal::workflows
