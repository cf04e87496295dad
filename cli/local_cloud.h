#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gcp/service/service_observer.h"
#include "adapters/gcp/workflows/executions_client.h"
#include "cli/cloud_environment.h"
#include "cli/cloud_faults.h"
#include "engine/composition/asset_sources.h"
#include "engine/error/result.h"
#include "engine/file/whole_file.h"
#include "engine/object_store.h"

namespace hyperlocal::cli {

struct LocalCloudOptions {
  // Where objects, executions and the key of the tokens are kept; must exist. Empty: nothing is
  // kept.
  std::filesystem::path data;
  // Where the key of the tokens is kept instead, beyond this cloud: to make one takes some tenths
  // of a second. Must exist; empty: with the data.
  std::filesystem::path key_directory;
  Durability durability = Durability::kSynced;

  std::string host = "127.0.0.1";
  // 0: any that is free.
  struct Ports {
    int storage = 0;
    int workflows = 0;
    int service = 0;
    int identity = 0;
  } ports;

  std::string bucket = "hyperlocal-renders";  // made if it is not there
  WorkflowName workflow{"local-project", "us-central1", "hyperframes-render"};
  std::string definition;  // what is deployed as that workflow; empty: our own

  // The service: any command that listens on $PORT; empty: ours, in this process.
  std::vector<std::string> service_command;
  ServiceObserver* observer = nullptr;  // of our service; must outlive the cloud
  AssetSources assets;                  // of our service: where plans may take outside assets
  int instances = 1;                    // of the service, each for one request at once

  CloudFaults faults;  // docs/faults.md

  // Log entries of the service and of the host, a line of JSON each. Any thread. Absent: nobody is
  // told.
  std::function<void(std::string_view line)> log;
  // What a person should know, a line each. Any thread. Absent: nobody is told.
  std::function<void(std::string_view line)> warn;
};

// Cloud Storage, Workflows, Cloud Run and the token issuer on this machine, with the render
// workflow deployed and the render service behind it: what a project of Google Cloud is after
// `cloudrun deploy`. They speak to each other over loopback sockets, with tokens, as there.
//
// Nothing of it is left when the object is gone, but for what `data` holds.
class LocalCloud {
 public:
  // Errors: those of the servers (a port that is taken is kDependencyUnavailable), kInvalidWorkflow
  // for a definition that does not build, kBadRequest for a plan of faults that makes no sense.
  static Result<std::unique_ptr<LocalCloud>> Start(LocalCloudOptions options);
  ~LocalCloud();

  const std::string& bucket() const;
  const WorkflowName& workflow() const;
  std::string storage_url() const;
  std::string workflows_url() const;
  std::string service_url() const;
  // By these clients find it.
  CloudEnvironment environment() const;

  // Clients of this cloud, as those of the real one are made.
  Result<std::unique_ptr<ObjectStore>> OpenStorage() const;
  Result<std::unique_ptr<ExecutionsClient>> OpenExecutions() const;

  // Writes every object as a file: DIRECTORY/<bucket>/<name>. Errors: those of the store;
  // kCannotWrite.
  Status ExportObjects(const std::filesystem::path& directory) const;

  // Starts browsers of our service ahead of the first request.
  void WarmUp(int browsers);
  // Ends everything; requests under way have `grace` to finish. Idempotent.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

 private:
  struct Running;
  explicit LocalCloud(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal::cli
