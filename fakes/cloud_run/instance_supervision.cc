#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "fakes/cloud_run/instance_pool_internal.h"
#include "fakes/cloud_run/memory_use_internal.h"

// What the pool's own thread does.
namespace hyperlocal::cloud_run {
namespace {

constexpr int kTickMilliseconds = 50;

// All that is there now; false at the pipe's end.
bool Drain(int fd, LineSplitter& lines, const std::function<void(std::string_view)>& on_line) {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      lines.Feed({buffer.data(), static_cast<std::size_t>(got)}, on_line);
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    return got < 0;
  }
}

std::uint64_t Mebibytes(std::uint64_t bytes) {
  return bytes >> 20;
}

}  // namespace

void InstancePool::ReadLogs(Instance& instance, bool is_last) {
  const std::lock_guard lock(instance.log_mutex);
  const InstanceProcess* process = nullptr;
  {
    const std::lock_guard pool_lock(mutex_);
    process = instance.process.get();  // stays as long as log_mutex is held
  }
  if (process == nullptr) return;
  const auto read = [&](int fd, LineSplitter& lines, const char* name) {
    const auto on_line = [&](std::string_view line) {
      if (!options_.log) return;
      LogEntry entry = ContainerEntry(line);
      entry.log = name;
      entry.instance_id = instance.id;
      // Of several requests at once nobody knows whose line it is.
      if (entry.trace.empty() && options_.concurrency == 1) {
        entry.trace = instance.trace;
        entry.span_id = instance.span_id;
      }
      options_.log(std::move(entry));
    };
    Drain(fd, lines, on_line);
    if (is_last) lines.Finish(on_line);
  };
  read(process->output_fd(), instance.output, "stdout");
  read(process->error_fd(), instance.error, "stderr");
}

void InstancePool::Supervise() {
  std::vector<std::shared_ptr<Instance>> instances;
  std::vector<pollfd> events;
  for (;;) {
    int patience = -1;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      KeepMinimum();
      Assign();  // one that was doubted may be good again
      instances = instances_;
      if (!instances.empty() || options_.min_instances > 0) patience = kTickMilliseconds;
      events.assign(1, {wake_.get(), POLLIN, 0});
      for (const auto& instance : instances) {
        if (!instance->process) continue;
        for (const int fd : {instance->process->output_fd(), instance->process->error_fd(),
                             instance->process->end_fd()}) {
          events.push_back({fd, POLLIN, 0});
        }
      }
    }
    ::poll(events.data(), events.size(), patience);
    std::uint64_t count = 0;
    (void)!::read(wake_.get(), &count, sizeof count);
    bool has_hung_up = false;
    for (const auto& instance : instances) LookAfter(instance);
    for (std::size_t i = 1; i < events.size(); ++i) {
      has_hung_up = has_hung_up || events[i].revents == POLLHUP;
    }
    instances.clear();
    // A program that closed its output, and goes on, would keep poll from waiting.
    if (has_hung_up) ::poll(nullptr, 0, kTickMilliseconds / 5);
  }
}

void InstancePool::LookAfter(const std::shared_ptr<Instance>& instance) {
  std::unique_lock lock(mutex_);
  if (instance->is_gone) return;
  const TimePoint now = options_.now();
  if (instance->state == InstanceState::kReady && instance->in_flight == 0 && !stopping_ &&
      now - instance->idle_since >= options_.idle_timeout && Active() > options_.min_instances) {
    BeginStop(instance, InstanceFate::kStopped);
    lock.unlock();
    Log(instance.get(), "INFO", "Instance is shut down after it was idle.");
    lock.lock();
  }
  if (!instance->process) return;
  if (instance->state == InstanceState::kStopping && instance->kill_at &&
      now >= *instance->kill_at) {
    instance->process->Kill();
  }
  const std::optional<InstanceEnd> end = instance->process->End();
  lock.unlock();
  ReadLogs(*instance, end.has_value());
  if (end) {
    SeeEnd(instance, *end);
  } else if (options_.memory_limit > 0) {
    WatchMemory(instance);
  }
}

void InstancePool::WatchMemory(const std::shared_ptr<Instance>& instance) {
  std::uint64_t used = 0;
  std::vector<pid_t> pids = DescendantsOf(instance->process->warden());
  if (pids.empty()) pids.push_back(instance->process->pid());
  for (const pid_t pid : pids) used += MemoryUseOf(pid);
  {
    const std::lock_guard lock(mutex_);
    instance->memory = used;
    if (used <= options_.memory_limit || instance->fate.load() != InstanceFate::kRunning) return;
    instance->fate = InstanceFate::kOutOfMemory;
    if (instance->state == InstanceState::kReady) instance->state = InstanceState::kStopping;
    instance->process->Kill();
    changed_.notify_all();
  }
  Log(instance.get(), "ERROR",
      fmt::format(
          "Memory limit of {} MiB exceeded with {} MiB used. Consider increasing the memory "
          "limit, see https://cloud.google.com/run/docs/configuring/memory-limits",
          Mebibytes(options_.memory_limit), Mebibytes(used)));
}

void InstancePool::SeeEnd(const std::shared_ptr<Instance>& instance, const InstanceEnd& end) {
  std::unique_ptr<InstanceProcess> process;
  bool was_asked_for = false;
  bool is_starting = false;
  {
    const std::lock_guard log_lock(instance->log_mutex);
    const std::lock_guard lock(mutex_);
    is_starting = instance->state == InstanceState::kStarting;
    was_asked_for = instance->state == InstanceState::kStopping;
    if (instance->fate.load() == InstanceFate::kRunning) {
      instance->fate = was_asked_for ? InstanceFate::kStopped : InstanceFate::kCrashed;
    }
    if (!is_starting) instance->state = InstanceState::kStopping;
    process = std::move(instance->process);
  }
  process.reset();  // waits for the warden
  if (end.signal != 0) {
    Log(instance.get(), was_asked_for ? "INFO" : "ERROR",
        fmt::format("Container terminated on signal {}.", end.signal));
  } else {
    Log(instance.get(), was_asked_for || end.status == 0 ? "INFO" : "WARNING",
        fmt::format("Container called exit({}).", end.status));
  }
  // The starter sees the fate, and fails the requests that it was to serve, before anything is
  // started in its place.
  const std::lock_guard lock(mutex_);
  if (!is_starting) Remove(*instance);
}

}  // namespace hyperlocal::cloud_run
