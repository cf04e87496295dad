#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/gcp/service/service_observer.h"
#include "engine/archive/archive_reader.h"
#include "engine/composition/asset_sources.h"
#include "engine/error/result.h"
#include "engine/http/http_server.h"
#include "engine/object_store.h"

namespace hyperlocal {

struct RenderServiceOptions {
  // The value of HYPERFRAMES_RENDER_BUCKET: the one bucket that requests may name; `*` for any.
  // Absent or blank, requests may name any too, and a warning is logged at the start; in
  // production, the service does not start.
  std::optional<std::string> allowed_bucket;
  bool production = false;

  // Where the service makes the one directory that it works in; empty: TMPDIR.
  std::filesystem::path work_root;
  std::size_t max_body_bytes = std::size_t{4} << 20;  // of a request
  // Of a project, a plan of protocol v1 and a chunk of frames; the bytes also bind the files of a
  // plan of protocol v2.
  ArchiveLimits archive_limits{.max_total_bytes = std::int64_t{4} << 30};
  // Plans that are kept for the next chunk of the same plan, on disk; 0: none.
  std::uint64_t plan_cache_bytes = std::uint64_t{1} << 30;
  // Requests that are worked on at once; further ones wait. 0: no limit.
  int concurrency = 0;
  // Browsers that are kept warm while no request uses them; each is some 150 MB.
  int idle_browsers = 4;

  // Where a plan may take what a page asks for from outside of its project, besides the packages
  // that every plan looks at. What it calls may be called from any thread.
  AssetSources assets;

  // Hears of plans, chunks and frames while they are made; must outlive the service. Null: nobody
  // does. (The local render shows its progress by it.)
  ServiceObserver* observer = nullptr;
  // For hosts that make things go wrong on purpose. `on_frame` hears that the chunk of a request
  // has so many frames done, after which it is looked whether the caller is still there.
  // `work_place` names the directory in which a request must work, and leaves nothing; empty: below
  // work_root. Any thread. Absent: nobody hears, and none must.
  std::function<void(const HttpRequest& request, std::int64_t frames_done)> on_frame;
  std::function<std::filesystem::path(const HttpRequest& request)> work_place;

  // Whether every frame of a chunk is a line of the log: {"event": "chunk_progress", "framesDone":
  // 12}.
  bool log_frames = false;
  // Takes lines of JSON in Cloud Logging's shape, without a newline; one at a time, from any
  // thread. Absent: nobody is told.
  std::function<void(std::string_view line)> log;
  std::string cloud_project;  // of traces in the log: projects/<this>/traces/…; may be empty
};

// The Cloud Run service (CONTRACT section 7): `POST /` with one of three actions, plan, renderChunk
// and assemble, over objects in buckets; `GET /healthz`. Stands behind an HttpServer, or behind a
// host in the same process.
//
// Every request works in a directory of its own, which is gone when it is answered. What a killed
// process of an earlier start left is removed by Create. A request whose caller goes away is
// cancelled; its browser ends with it. What is written is complete or not there, and a request that
// comes twice, even at once, writes the same again.
//
// The log holds URIs, indexes, counts and times, but neither variables nor anything else that a
// user wrote: messages that may quote such are in the answer only.
class RenderService {
 public:
  // `store` must outlive the service. Errors: kInvalidConfig in production without an allowed
  // bucket; kCannotWrite for the work directory; kUsage for an option that makes no sense.
  static Result<std::unique_ptr<RenderService>> Create(ObjectStore& store,
                                                       RenderServiceOptions options);
  // Cancels what is under way and waits for it.
  ~RenderService();

  // Any number of threads. Never throws.
  void Handle(HttpRequest& request, HttpResponse& response);

  // Starts up to so many browsers in the background, for the first requests that need one; whether
  // they start is heard when they are needed.
  void WarmUp(int browsers);
  // Logs that requests are answered on `port` from now on.
  void LogListening(int port);

  // From now on every new request is answered with 503, /healthz among them. Idempotent.
  void BeginDrain();
  // Whether no request is under way any more, waiting for it for `patience`.
  bool AwaitIdle(std::chrono::milliseconds patience);
  // Cancels every request that is under way: it is answered with CANCELLED soon.
  void CancelAll();

 private:
  struct Running;
  explicit RenderService(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal
