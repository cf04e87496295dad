#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "engine/cancellation.h"
#include "engine/http/http_server.h"
#include "fakes/cloud_run/container_log_internal.h"
#include "fakes/cloud_run/instance_process_internal.h"
#include "fakes/cloud_run/log_entry.h"
#include "fakes/cloud_run/small_disk.h"
#include "fakes/cloud_run/startup_probe.h"

namespace hyperlocal::cloud_run {

struct InstancePoolOptions {
  using TimePoint = std::chrono::system_clock::time_point;

  // One of the two. PORT is added to the command's environment.
  HttpServer::Handler handler;
  InstanceCommand command;

  std::string service;
  int concurrency = 1;
  int max_instances = 1;
  int min_instances = 0;
  std::chrono::milliseconds idle_timeout{};
  std::chrono::milliseconds shutdown_grace{};  // from SIGTERM to SIGKILL
  std::chrono::milliseconds pending_limit{};
  StartupProbe probe;
  std::uint64_t memory_limit = 0;  // bytes; 0: none
  // Of commands: each gets a disk of its own as its TMPDIR. Null: none.
  DiskShelf* disks = nullptr;

  std::function<TimePoint()> now;
  // Gets entries without time, service and revision. Must not call the pool, but for BeginKill.
  std::function<void(LogEntry)> log;
};

enum class InstanceState { kStarting, kReady, kStopping };
enum class InstanceFate { kRunning, kNotStarted, kStopped, kCrashed, kOutOfMemory, kKilled };

// One running copy of the service: a program with a port of its own, or the handler behind a server
// of its own. What is not atomic belongs to the pool, and is guarded by its mutex, which is taken
// after log_mutex where both are needed.
struct Instance {
  std::string id;
  InstanceState state = InstanceState::kStarting;
  std::atomic<InstanceFate> fate = InstanceFate::kRunning;
  std::atomic<int> port = 0;
  int in_flight = 0;
  std::uint64_t served = 0;
  InstancePoolOptions::TimePoint started_at;
  InstancePoolOptions::TimePoint idle_since;
  std::optional<InstancePoolOptions::TimePoint> kill_at;
  std::chrono::steady_clock::time_point doubted_until{};  // its connection broke
  std::uint64_t memory = 0;                               // bytes, as last seen
  bool is_gone = false;
  std::shared_ptr<SmallDisk> disk;  // null: this machine's
  std::unique_ptr<InstanceProcess> process;
  std::unique_ptr<HttpServer> server;

  std::mutex log_mutex;
  LineSplitter output;  // guarded by log_mutex
  LineSplitter error;   // guarded by log_mutex
  std::string trace;    // guarded by log_mutex; of what it works on, or worked on last
  std::string span_id;  // guarded by log_mutex
};

// The instances of a service, started when there is work for them and stopped when there is none:
// as many as the requests need, as few as idleness allows. Any number of threads.
//
// Requests wait in the order in which they came. One thread watches over all instances: it reads
// what they write, sees them end, stops the idle ones, and kills those that take too much memory.
// Times are told by options.now and looked at every 50 ms.
class InstancePool {
 public:
  using TimePoint = InstancePoolOptions::TimePoint;

  enum class Refusal {
    kNoInstance,   // all are busy, and there are as many as there may be
    kCannotScale,  // new ones do not come fast enough
    kNotStarted,   // one was started for this request, and did not start
    kTimedOut,     // the request's own time is over
    kGivenUp,      // the client has gone
    kStopping,
  };

  // A place in an instance, for one request.
  class Lease {
   public:
    Lease(InstancePool& pool, std::shared_ptr<Instance> instance)
        : pool_(&pool), instance_(std::move(instance)) {}
    ~Lease() {
      if (instance_) pool_->Release(*instance_);
    }
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    const std::shared_ptr<Instance>& instance() const { return instance_; }

   private:
    InstancePool* pool_;
    std::shared_ptr<Instance> instance_;  // moved from: null
  };

  struct Request {
    std::string trace;
    std::string span_id;
    TimePoint deadline;
    std::function<bool()> is_given_up;
  };

  struct Facts {
    std::string id;
    InstanceState state;
    int port;
    pid_t pid;  // -1: in this process
    int in_flight;
    std::uint64_t served;
    std::uint64_t memory;
    TimePoint started_at;
  };

  explicit InstancePool(InstancePoolOptions options);
  ~InstancePool();

  // Waits for a place.
  std::variant<Lease, Refusal> Acquire(const Request& request);
  // The connection to the instance broke, or made no sense. Gives it no work until it is known
  // whether it lives, and tells that: kRunning when it still does after a moment.
  InstanceFate Doubt(Instance& instance);
  // The disk of its own; null: it has none.
  std::shared_ptr<SmallDisk> DiskOf(const Instance& instance) const;
  // At once, as a crash of its machine would. Also with its log's mutex held.
  void BeginKill(const std::shared_ptr<Instance>& instance);
  // The same; returns when it is gone.
  void Kill(const std::shared_ptr<Instance>& instance);

  std::vector<Facts> Look() const;
  std::uint64_t started() const;  // so many ever

  // Ends all: SIGTERM, and SIGKILL after `grace`. Returns when nothing is left. Idempotent; no
  // Acquire may begin behind it.
  void Stop(std::chrono::milliseconds grace);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  struct Waiter {
    std::shared_ptr<Instance> instance;
    std::optional<Refusal> refusal;
  };
  struct Starter {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> done;
  };

  // With mutex_ held.
  int Active() const;
  int Starting() const;
  void Assign();
  void StartOne(std::string_view reason);
  void FailFirstWaiters();
  void KeepMinimum();
  void RunThread(std::function<void()> work);
  void BeginStop(const std::shared_ptr<Instance>& instance, InstanceFate fate);
  void Remove(const Instance& instance);
  std::optional<Refusal> Overdue(TimePoint since) const;

  // Without.
  void Release(Instance& instance);
  void RunStart(const std::shared_ptr<Instance>& instance, const std::string& reason);
  Status Launch(const std::shared_ptr<Instance>& instance);
  bool Probe(const Instance& instance, int& attempts);
  void StopServer(const std::shared_ptr<Instance>& instance, std::chrono::milliseconds grace);
  void ReadLogs(Instance& instance, bool is_last);
  void Log(const Instance* instance, std::string severity, std::string text);
  void Supervise();
  void LookAfter(const std::shared_ptr<Instance>& instance);
  void SeeEnd(const std::shared_ptr<Instance>& instance, const InstanceEnd& end);
  void WatchMemory(const std::shared_ptr<Instance>& instance);
  void Wake();

  const InstancePoolOptions options_;
  CancellationToken stopped_;  // ends probes

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Instance>> instances_;
  std::list<Waiter*> waiters_;
  std::uint64_t started_ = 0;
  std::uint64_t started_well_ = 0;
  std::chrono::duration<double> startup_total_{0};  // of those
  int failed_in_a_row_ = 0;
  TimePoint minimum_again_at_{};
  std::vector<Starter> threads_;
  bool stopping_ = false;
  bool ended_ = false;

  FileDescriptor wake_;
  std::thread supervisor_;
};

}  // namespace hyperlocal::cloud_run
