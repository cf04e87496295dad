#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/gcp/service/render_service.h"
#include "adapters/gcp/storage/gcs_object_store.h"
#include "engine/http/http_client.h"
#include "engine/http/http_server.h"
#include "engine/wire/render_event.h"
#include "engine/wire/render_result.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/store/store.h"
#include "tests/service/watched_object_store.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::testing {

inline constexpr const char* kRenders = "renders";  // the bucket that requests may name
inline constexpr const char* kOther = "somebody-elses";

struct ServiceAnswer {
  int status = 0;  // 0: the connection broke
  std::string body;

  // The members of a failure's body; empty of another one.
  std::string error() const;
  std::string message() const;
};

// The service over real HTTP, its objects in the emulator, over real HTTP too.
class ServiceFixture {
 public:
  // Members of `options` that a test did not set are set here: log, work_root, allowed_bucket.
  explicit ServiceFixture(RenderServiceOptions options = {});
  ~ServiceFixture();

  ServiceAnswer Post(std::string_view body);
  ServiceAnswer Post(const RenderEvent& event);
  // The result of an event that has to succeed.
  PlanResult Plan(const PlanEvent& event);
  RenderChunkResult RenderChunk(const RenderChunkEvent& event);
  AssembleResult Assemble(const AssembleEvent& event);

  // A test card of `frames` frames as a project in the bucket.
  GcsUri PutTestCard(int frames, const std::string& key = "sites/card/project.tar.gz");
  GcsUri PutProject(const std::filesystem::path& project, const std::string& key);
  void PutObject(const GcsUri& uri, std::string_view bytes);
  std::string Object(const GcsUri& uri);
  std::vector<std::string> Names(const std::string& prefix);  // of objects in kRenders
  void Delete(const GcsUri& uri);

  // Lines of the log with that event.
  std::vector<std::string> LogLines(std::string_view event = "");
  // What lies in the directory where the service has its own: of requests, of cached plans.
  std::vector<std::string> WorkLeft(std::string_view purpose);

  RenderService& service() { return *service_; }
  void ResetService() { service_.reset(); }
  HttpServer& server() { return *http_; }
  WatchedObjectStore& store() { return *store_; }
  const std::filesystem::path& scratch() { return directory_.path(); }

 private:
  const TemporaryDirectory directory_{"service"};
  std::unique_ptr<gcs::Store> objects_;
  std::unique_ptr<gcs::GcsServer> gcs_;
  std::unique_ptr<GcsObjectStore> client_;
  std::unique_ptr<WatchedObjectStore> store_;
  std::mutex mutex_;  // guards the log
  std::vector<std::string> log_;
  std::unique_ptr<RenderService> service_;
  std::unique_ptr<HttpServer> http_;
  HttpClient http_client_{HttpClientOptions{}};
};

// A config of a test card of that many frames a chunk.
WireConfig CardConfig(int chunk_size);

PlanEvent PlanOf(const GcsUri& project, PlanProtocol protocol, int chunk_size,
                 const std::string& prefix = "renders/r1/");
RenderChunkEvent ChunkOf(const PlanResult& plan, int index,
                         const std::string& prefix = "renders/r1/");
AssembleEvent AssembleOf(const PlanResult& plan, std::vector<GcsUri> chunks, const GcsUri& output);

}  // namespace hyperlocal::testing
