#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/clock.h"
#include "engine/error/result.h"
#include "engine/http/http_server.h"
#include "fakes/cloud_run/log_entry.h"
#include "fakes/cloud_run/startup_probe.h"
#include "fakes/cloud_run/token_verifier.h"

namespace hyperlocal::cloud_run {

struct CloudRunHostOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any that is free

  // The service: a handler in this process, or a command that listens on $PORT. One of the two.
  HttpServer::Handler handler;
  std::vector<std::string> command;
  // Added to the command's environment; PORT, K_SERVICE, K_REVISION and K_CONFIGURATION are the
  // host's to set. GCE_METADATA_HOST belongs here (IdentityServer::authority).
  std::map<std::string, std::string> environment;
  bool inherit_environment = true;          // this process' own, beneath
  std::filesystem::path working_directory;  // empty: this process' own
  std::string service = "service";
  std::string revision = "service-00001-loc";
  std::string project = "local-project";  // in the names of traces

  // Who may call. Without `verifier`, which must outlive the host, `allow_unauthenticated` must be
  // set: the door is never open by mistake. `audiences`: what the service is called beside the
  // address of this host.
  bool allow_unauthenticated = false;
  TokenVerifier* verifier = nullptr;
  std::vector<std::string> audiences;

  // 1 to 1000 requests at once in an instance (the real default is 80, for a render it is 1).
  int concurrency = 1;
  int max_instances = 4;
  int min_instances = 0;
  // From the arrival of a request to the last byte of its answer, a cold start among it; at most an
  // hour.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(300);
  // How long a request waits for an instance that is free, unless instances take long to start:
  // 3.5 times their average is the limit, when that is more.
  std::chrono::milliseconds pending_limit = std::chrono::seconds(10);
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(15);
  std::chrono::milliseconds shutdown_grace = std::chrono::seconds(10);  // from SIGTERM to SIGKILL
  StartupProbe startup_probe;
  // Bytes that an instance may have written to memory (all its processes, looked at every 50 ms),
  // before it is killed; 0: no limit. For commands.
  std::uint64_t memory_limit = 0;
  // Bytes of addresses that each of its processes may map (RLIMIT_AS); 0: no limit. Beyond it
  // allocations fail. Not for runtimes that reserve much more than they use (Node, Java, Go).
  std::uint64_t address_space_limit = 0;
  std::uint64_t max_request_bytes = std::uint64_t{32} << 20;
  // Of an answer that declares its length; one that is sent in chunks may be longer.
  std::uint64_t max_response_bytes = std::uint64_t{32} << 20;

  // JSON: {"seed": 7, "rules": [{"action": "renderChunk", "fault": "kill", "probability": 0.1}]}.
  // A rule matches by `method`, `path` ("/x" or "/x*") and `action` (of a JSON body of at most a
  // MiB), leaves the first `skip` alone, strikes at most `times`; its `fault` is "status" (with
  // `status`), "reset", "delay" (with `delay_ms`), "kill" (the instance, at once, `after_ms` or
  // `at_frame`), "duplicate" (delivered twice) or "full_disk" (with `free_bytes`). Empty: no
  // faults.
  std::string fault_plan;
  // Where the disks are that a plan fills; empty: TMPDIR. small_disk.h says what they need.
  std::filesystem::path disk_root;
  LogSink log;  // absent: nobody is told
  // Tells the times of all the limits above; must outlive the host. Null: the system's.
  Clock* clock = nullptr;
};

// Cloud Run's edge in front of a service, with the instances behind it: identity tokens are checked
// (401, 403), instances started when requests come and stopped when none do, requests counted
// against concurrency and max_instances (429), time (504) and memory (503) limited, instances that
// crash replaced (503). docs/decisions/0011-cloud-run-host.md says what differs from the real one.
//
// Nothing of the service's is left behind, also when this process is killed.
//
// What tests and people ask it itself is under /_hyperlocal/, which the service never sees and for
// which no token is needed: GET health, GET instances, GET|PUT|DELETE faults.
class CloudRunHost {
 public:
  // Returns when the port is open; min_instances may still be starting. Errors: kUsage for an
  // option that makes no sense, kNoInput or kPermission for a command that cannot be run,
  // kBadRequest or kInvalidJson for the fault plan, kDependencyUnavailable for one that must fill
  // disks before EnterDiskNamespace, those of HttpServer::Start.
  static Result<std::unique_ptr<CloudRunHost>> Start(CloudRunHostOptions options);
  ~CloudRunHost();

  int port() const;
  std::string base_url() const;

  // For the handler, on any thread: it has done so many frames of the request with these headers,
  // which may be where a fault kills it: then the request's client is gone when this returns. A
  // command tells of its frames in its log: {"event": "chunk_progress", "framesDone": 12}, in the
  // trace of its request.
  void SeeFrame(const HttpHeaders& request, std::uint64_t frames_done);
  // For the handler: the directory, of a full disk, in which it must work on this request; empty:
  // anywhere.
  std::filesystem::path DiskOf(const HttpHeaders& request) const;

  // Requests that have arrived finish within `grace`, then instances get SIGTERM, and SIGKILL after
  // another `grace`. Returns when nothing is left. Idempotent.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

 private:
  struct Running;
  explicit CloudRunHost(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal::cloud_run
