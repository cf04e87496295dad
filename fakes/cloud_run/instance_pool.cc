#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

#include "fakes/cloud_run/instance_pool_internal.h"

namespace hyperlocal::cloud_run {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kTick{50};
constexpr milliseconds kDoubt{300};
// How long requests wait, in start-up times («About instance autoscaling», Cloud Run
// documentation).
constexpr double kStartupsToWait = 3.5;
constexpr std::chrono::seconds kLongestPause{60};

std::string NewInstanceId() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  // As long as the real ones are in logs.
  std::string id = "00";
  while (id.size() < 98) id += fmt::format("{:016x}", generator());
  return id;
}

}  // namespace

InstancePool::InstancePool(InstancePoolOptions options)
    : options_(std::move(options)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  {
    const std::lock_guard lock(mutex_);
    KeepMinimum();
  }
  supervisor_ = std::thread([this] { Supervise(); });
}

InstancePool::~InstancePool() {
  Stop(milliseconds(0));
}

std::variant<InstancePool::Lease, InstancePool::Refusal> InstancePool::Acquire(
    const Request& request) {
  const TimePoint since = options_.now();
  Waiter waiter;
  std::unique_lock lock(mutex_);
  if (stopping_) return Refusal::kStopping;
  const auto place = waiters_.insert(waiters_.end(), &waiter);
  Assign();
  while (!waiter.instance && !waiter.refusal) {
    changed_.wait_for(lock, kTick, [&] { return waiter.instance || waiter.refusal; });
    if (waiter.instance || waiter.refusal) break;
    std::optional<Refusal> refusal;
    if (options_.now() >= request.deadline) refusal = Refusal::kTimedOut;
    if (!refusal) refusal = Overdue(since);
    if (!refusal && request.is_given_up && request.is_given_up()) refusal = Refusal::kGivenUp;
    if (refusal) {
      waiters_.erase(place);
      return *refusal;
    }
  }
  if (waiter.refusal) return *waiter.refusal;
  lock.unlock();
  Lease lease(*this, std::move(waiter.instance));
  const std::lock_guard log_lock(lease.instance()->log_mutex);
  lease.instance()->trace = request.trace;
  lease.instance()->span_id = request.span_id;
  return lease;
}

std::optional<InstancePool::Refusal> InstancePool::Overdue(TimePoint since) const {
  std::chrono::duration<double> limit = options_.pending_limit;
  if (started_well_ > 0) {
    limit = std::max(limit, kStartupsToWait * startup_total_ / static_cast<double>(started_well_));
  } else if (Starting() > 0) {
    // The real service knows from the deployment how long a start takes; we learn it from the
    // first one, which has its own limit.
    return std::nullopt;
  }
  if (options_.now() - since < limit) return std::nullopt;
  return Active() >= options_.max_instances ? Refusal::kNoInstance : Refusal::kCannotScale;
}

void InstancePool::Release(Instance& instance) {
  // What it wrote while it worked belongs to this request, not to the next one.
  ReadLogs(instance, false);
  const std::lock_guard lock(mutex_);
  --instance.in_flight;
  instance.idle_since = options_.now();
  Assign();
}

InstanceFate InstancePool::Doubt(Instance& instance) {
  std::unique_lock lock(mutex_);
  instance.doubted_until = Steady::now() + kDoubt;
  Wake();
  changed_.wait_for(lock, kDoubt, [&] { return instance.fate.load() != InstanceFate::kRunning; });
  return instance.fate.load();
}

void InstancePool::BeginKill(const std::shared_ptr<Instance>& instance) {
  const std::lock_guard lock(mutex_);
  if (instance->is_gone) return;
  BeginStop(instance, InstanceFate::kKilled);
  instance->fate = InstanceFate::kKilled;
  if (instance->process) instance->process->Kill();  // also one that was stopping
}

void InstancePool::Kill(const std::shared_ptr<Instance>& instance) {
  BeginKill(instance);
  std::unique_lock lock(mutex_);
  // A handler ends when it sees that it has.
  if (!options_.handler) changed_.wait(lock, [&] { return instance->is_gone; });
}

std::shared_ptr<SmallDisk> InstancePool::DiskOf(const Instance& instance) const {
  const std::lock_guard lock(mutex_);
  return instance.disk;
}

std::vector<InstancePool::Facts> InstancePool::Look() const {
  const std::lock_guard lock(mutex_);
  std::vector<Facts> facts;
  for (const auto& instance : instances_) {
    facts.push_back({instance->id, instance->state, instance->port.load(),
                     instance->process ? instance->process->pid() : -1, instance->in_flight,
                     instance->served, instance->memory, instance->started_at});
  }
  return facts;
}

std::uint64_t InstancePool::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

void InstancePool::Stop(milliseconds grace) {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  if (!stopping_) {
    stopping_ = true;
    stopped_.Cancel();
    for (Waiter* const waiter : waiters_) waiter->refusal = Refusal::kStopping;
    waiters_.clear();
    changed_.notify_all();
    for (const auto& instance : std::vector(instances_)) {
      BeginStop(instance, InstanceFate::kStopped);
    }
  }
  const auto all_gone = [this] { return instances_.empty(); };
  if (!changed_.wait_for(lock, grace, all_gone)) {
    for (const auto& instance : instances_) {
      if (instance->process) instance->process->Kill();
    }
    // Those that are being started are killed by their starters, who see stopping_.
    changed_.wait(lock, all_gone);
  }
  ended_ = true;
  std::vector<Starter> threads = std::move(threads_);
  lock.unlock();
  Wake();
  for (Starter& starter : threads) starter.thread.join();
  if (supervisor_.joinable()) supervisor_.join();
}

int InstancePool::Active() const {
  return static_cast<int>(std::count_if(
      instances_.begin(), instances_.end(),
      [](const auto& instance) { return instance->state != InstanceState::kStopping; }));
}

int InstancePool::Starting() const {
  return static_cast<int>(std::count_if(
      instances_.begin(), instances_.end(),
      [](const auto& instance) { return instance->state == InstanceState::kStarting; }));
}

void InstancePool::Assign() {
  const auto now = Steady::now();
  while (!waiters_.empty()) {
    // The busiest that has room, and of these the one that worked last: so that the others can
    // become idle.
    Instance* best = nullptr;
    for (const auto& instance : instances_) {
      if (instance->state != InstanceState::kReady || now < instance->doubted_until ||
          instance->in_flight >= options_.concurrency) {
        continue;
      }
      if (best == nullptr || std::pair(instance->in_flight, instance->idle_since) >
                                 std::pair(best->in_flight, best->idle_since)) {
        best = instance.get();
      }
    }
    if (best == nullptr) break;
    ++best->in_flight;
    ++best->served;
    for (const auto& instance : instances_) {
      if (instance.get() == best) waiters_.front()->instance = instance;
    }
    waiters_.pop_front();
    changed_.notify_all();
  }
  while (!stopping_ && Active() < options_.max_instances &&
         static_cast<std::size_t>(Starting() * options_.concurrency) < waiters_.size()) {
    StartOne(
        "AUTOSCALING - Instance started due to configured scaling factors (e.g. CPU utilization, "
        "request throughput, etc.) or no existing capacity for current traffic.");
  }
}

void InstancePool::StartOne(std::string_view reason) {
  auto instance = std::make_shared<Instance>();
  instance->id = NewInstanceId();
  instance->started_at = options_.now();
  instance->idle_since = instance->started_at;
  instances_.push_back(instance);
  ++started_;
  RunThread([this, instance, reason = std::string(reason)] { RunStart(instance, reason); });
}

void InstancePool::RunThread(std::function<void()> work) {
  std::erase_if(threads_, [](Starter& starter) {
    if (!starter.done->load()) return false;
    starter.thread.join();
    return true;
  });
  auto done = std::make_shared<std::atomic<bool>>(false);
  threads_.push_back({std::thread([work = std::move(work), done] {
                        work();
                        done->store(true);
                      }),
                      done});
}

void InstancePool::KeepMinimum() {
  while (!stopping_ && Active() < options_.min_instances && options_.now() >= minimum_again_at_) {
    StartOne(
        "MANUAL_OR_CUSTOMER_MIN_INSTANCE - Instance started because of customer-configured "
        "min-instances or manual scaling.");
  }
}

void InstancePool::FailFirstWaiters() {
  for (int i = 0; i < options_.concurrency && !waiters_.empty(); ++i) {
    waiters_.front()->refusal = Refusal::kNotStarted;
    waiters_.pop_front();
  }
  changed_.notify_all();
}

void InstancePool::BeginStop(const std::shared_ptr<Instance>& instance, InstanceFate fate) {
  if (instance->state == InstanceState::kStopping) return;
  const bool is_starting = instance->state == InstanceState::kStarting;
  instance->state = InstanceState::kStopping;
  instance->kill_at = options_.now() + options_.shutdown_grace;
  if (instance->process) {
    if (fate == InstanceFate::kStopped) {
      instance->process->Terminate();
    } else {
      instance->fate = fate;
      instance->process->Kill();
    }
  } else if (!is_starting) {
    // Requests that still run have the time that a program would have.
    const milliseconds grace =
        fate == InstanceFate::kStopped && !stopping_ ? options_.shutdown_grace : milliseconds(0);
    RunThread([this, instance, grace] { StopServer(instance, grace); });
  }
  Wake();
}

void InstancePool::StopServer(const std::shared_ptr<Instance>& instance, milliseconds grace) {
  if (instance->server) instance->server->Stop(grace);
  const std::lock_guard lock(mutex_);
  if (instance->fate.load() == InstanceFate::kRunning) instance->fate = InstanceFate::kStopped;
  Remove(*instance);
}

void InstancePool::Remove(const Instance& instance) {
  std::erase_if(instances_, [&](const auto& one) {
    if (one.get() != &instance) return false;
    one->is_gone = true;
    return true;
  });
  changed_.notify_all();
  Assign();
  KeepMinimum();
}

void InstancePool::Wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
}

void InstancePool::Log(const Instance* instance, std::string severity, std::string text) {
  if (!options_.log) return;
  LogEntry entry;
  entry.log = "varlog/system";
  entry.severity = std::move(severity);
  entry.text = std::move(text);
  if (instance != nullptr) entry.instance_id = instance->id;
  options_.log(std::move(entry));
}

}  // namespace hyperlocal::cloud_run
