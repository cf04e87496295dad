#include "orchestrator/run/driver.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "orchestrator/run/execution_data_internal.h"
#include "orchestrator/run/http_exchange.h"
#include "orchestrator/stdlib/raised.h"

namespace hyperlocal::workflow {
namespace {

// Events that are stored together: what the first of them asks for waits for the last.
constexpr std::size_t kMostAtOnce = 256;

}  // namespace

// Something to do with an execution.
struct Driver::Work {
  std::string id;
  // An execution that is new here, or what happened to one.
  std::optional<Execution> execution;
  bool resumed = false;
  decltype(Event::what) what;
  std::function<void(bool)> kept;  // null: nobody wants to know
};

// Where everybody leaves work. Outlives the driver as long as an answer may still come.
struct Driver::Inbox {
  std::mutex mutex;
  std::condition_variable filled;
  std::deque<Work> work;  // guarded by `mutex`
  bool stopped = false;   // the same

  void Put(Work one) {
    {
      const std::lock_guard lock(mutex);
      work.push_back(std::move(one));
    }
    filled.notify_one();
  }
};

class Driver::Executions {
 public:
  Executions(DriverServices services, std::weak_ptr<Inbox> inbox)
      : services_(services), inbox_(std::move(inbox)) {}

  // Takes one thing in. Nothing that an execution asks for then is done before Finish.
  void Handle(Work work) {
    if (work.execution) {
      const auto [place, added] = executions_.try_emplace(work.id, *std::move(work.execution));
      if (!added) return;  // the id is taken: a bug of the caller that must not end both
      if (work.resumed) {
        if (place->second.state() == ExecutionState::kActive) {
          advanced_.push_back({.id = work.id,
                               .progress = {.effects = place->second.PendingEffects(), .logs = {}},
                               .changed = false});
        } else {
          executions_.erase(place);
        }
        return;
      }
    }
    const auto found = executions_.find(work.id);
    if (work.kept) kept_.emplace_back(work.id, std::move(work.kept));
    if (found == executions_.end()) return;
    Advanced(work.id, found->second, std::move(work.what));
  }

  // What was stored is made to last, then what was asked for is done.
  void Finish() {
    if (services_.store != nullptr && !advanced_.empty()) {
      if (const Status committed = services_.store->Commit(); !committed) {
        for (const Outcome& outcome : advanced_) GiveUp(outcome.id, committed.error());
      }
    }
    for (const auto& [id, kept] : std::exchange(kept_, {})) kept(executions_.contains(id));
    ExecutionListener* const listener = services_.listener;
    const std::vector<Outcome> outcomes = std::exchange(advanced_, {});
    for (const Outcome& outcome : outcomes) {
      const auto found = executions_.find(outcome.id);
      if (found == executions_.end()) continue;
      if (listener != nullptr && outcome.changed) {
        for (const LogEntry& entry : outcome.progress.logs) listener->OnLog(outcome.id, entry);
        listener->OnChanged(outcome.id, found->second);
      }
      if (found->second.state() != ExecutionState::kActive) continue;
      for (const Effect& effect : outcome.progress.effects) Perform(outcome.id, effect);
    }
    for (const Outcome& outcome : outcomes) {
      const auto found = executions_.find(outcome.id);
      if (found != executions_.end() && found->second.state() != ExecutionState::kActive) {
        executions_.erase(found);
      }
    }
  }

  std::size_t size() const { return executions_.size(); }

 private:
  // What came of one event.
  struct Outcome {
    std::string id;
    Progress progress;
    bool changed = true;  // false: it was only taken up again
  };

  void Advanced(const std::string& id, Execution& execution, decltype(Event::what) what) {
    if (execution.state() != ExecutionState::kActive) return;  // over since the last Finish
    ExecutionListener* const listener = services_.listener;
    StepObserver* const observer = listener == nullptr ? nullptr : listener->ObserverOf(id);
    Progress progress = Advance(
        execution, Event{.time = services_.clock->Now(), .what = std::move(what)}, observer);
    if (services_.store != nullptr) {
      if (const Status saved = services_.store->Save(id, execution); !saved) {
        GiveUp(id, saved.error());
        return;
      }
    }
    advanced_.push_back({.id = id, .progress = std::move(progress)});
  }

  void GiveUp(const std::string& id, const Error& error) {
    if (executions_.erase(id) == 0) return;
    if (services_.listener != nullptr) services_.listener->OnAbandoned(id, error);
  }

  void Perform(const std::string& id, const Effect& effect) {
    const auto answer = [inbox = inbox_, id](decltype(Event::what) what) {
      if (const std::shared_ptr<Inbox> open = inbox.lock()) {
        open->Put({.id = id,
                   .execution = std::nullopt,
                   .resumed = false,
                   .what = std::move(what),
                   .kept = {}});
      }
    };
    const std::uint64_t number = effect.id;
    if (const auto* const request = std::get_if<HttpRequest>(&effect.what)) {
      SendHttp(*request, ExecutionAccess::Of(executions_.at(id)).options.limits, number, answer);
    } else if (const auto* const sleep = std::get_if<Sleep>(&effect.what)) {
      services_.clock->WakeAt(sleep->until, [answer, number] { answer(TimeCame{number}); });
    } else if (const auto* const await = std::get_if<AwaitCallback>(&effect.what)) {
      services_.clock->WakeAt(await->until, [answer, number] { answer(TimeCame{number}); });
    } else {
      const ConnectorCall& call = std::get<ConnectorCall>(effect.what);
      if (services_.connectors == nullptr) {
        answer(ConnectorAnswered{
            number, RaiseTagged("the connector " + call.name +
                                    " is not connected to anything here; call its service with "
                                    "http.* or run where it is connected",
                                {"SystemError"})});
        return;
      }
      const std::string key = id + "#" + std::to_string(number);
      services_.connectors->Start(key, call, [answer, number](Raising<Value> outcome) {
        answer(ConnectorAnswered{number, std::move(outcome)});
      });
    }
  }

  template <typename Answer>
  void SendHttp(const HttpRequest& request, const Limits& limits, std::uint64_t number,
                const Answer& answer) {
    HttpCall call = ToHttpCall(request, limits.http_response_bytes);
    if (request.auth.type != HttpAuth::Type::kNone && services_.tokens != nullptr) {
      Result<std::string> token = services_.tokens->Token(request.auth);
      if (!token) {
        // An answer of the same form as a connector's: it raises as it is.
        answer(ConnectorAnswered{
            number, RaiseTagged("AuthError: " + token.error().message, {"AuthError"})});
        return;
      }
      call.headers.Set("Authorization", "Bearer " + *token);
    }
    services_.http->Start(std::move(call), [answer, number](HttpOutcome outcome) {
      answer(HttpAnswered{number, std::move(outcome)});
    });
  }

  DriverServices services_;
  std::weak_ptr<Inbox> inbox_;
  std::unordered_map<std::string, Execution> executions_;
  // Since the last Finish.
  std::vector<Outcome> advanced_;
  std::vector<std::pair<std::string, std::function<void(bool)>>> kept_;
};

Driver::Driver(DriverServices services)
    : inbox_(std::make_shared<Inbox>()),
      executions_(std::make_unique<Executions>(services, inbox_)) {}

Driver::~Driver() = default;

void Driver::Start(std::string id, Execution execution) {
  inbox_->Put({.id = std::move(id),
               .execution = std::move(execution),
               .resumed = false,
               .what = Started{},
               .kept = {}});
}

void Driver::Resume(std::string id, Execution execution) {
  inbox_->Put({.id = std::move(id),
               .execution = std::move(execution),
               .resumed = true,
               .what = Started{},
               .kept = {}});
}

void Driver::Cancel(std::string id) {
  inbox_->Put({.id = std::move(id),
               .execution = std::nullopt,
               .resumed = false,
               .what = Cancelled{},
               .kept = {}});
}

void Driver::DeliverCallback(std::string id, std::string callback, Value request,
                             std::function<void(bool)> kept) {
  inbox_->Put({.id = std::move(id),
               .execution = std::nullopt,
               .resumed = false,
               .what = CallbackReceived{std::move(callback), std::move(request)},
               .kept = std::move(kept)});
}

bool Driver::Process() {
  std::deque<Work> work;
  {
    const std::lock_guard lock(inbox_->mutex);
    work.swap(inbox_->work);
  }
  std::size_t taken = 0;
  for (Work& one : work) {
    executions_->Handle(std::move(one));
    if (++taken % kMostAtOnce == 0) executions_->Finish();
  }
  executions_->Finish();
  return !work.empty();
}

void Driver::WaitForWork(std::chrono::milliseconds longest) {
  std::unique_lock lock(inbox_->mutex);
  inbox_->filled.wait_for(lock, longest,
                          [this] { return inbox_->stopped || !inbox_->work.empty(); });
}

void Driver::Run() {
  for (;;) {
    {
      std::unique_lock lock(inbox_->mutex);
      inbox_->filled.wait(lock, [this] { return inbox_->stopped || !inbox_->work.empty(); });
      if (inbox_->stopped) return;
    }
    Process();
  }
}

void Driver::Stop() {
  {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->stopped = true;
  }
  inbox_->filled.notify_all();
}

std::size_t Driver::active() const {
  return executions_->size();
}

}  // namespace hyperlocal::workflow
