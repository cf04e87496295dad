// Answers for client_library.mjs what our client library makes of a case: a JSON line in, one out.
//
//   {"kind":"cost","invocations":[…],"steps":n}      → {"accepted": RenderCost}
//   {"kind":"progress","execution":{…}}              → {"accepted": RenderProgress}
//   {"kind":"render","options":{…}}                  → {"accepted": {handle, argument}} or
//   {"refused": message}

#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "adapters/gcp/sdk/progress.h"
#include "adapters/gcp/sdk/render.h"
#include "adapters/gcp/sdk/render_cost.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// One execution, whatever is asked; keeps what a start was given.
class OneExecution : public HttpCaller {
 public:
  explicit OneExecution(std::string execution) : execution_(std::move(execution)) {}
  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    started = call.body;
    done(HttpReply{.status = 200, .headers = {}, .body = execution_});
  }
  std::string started;

 private:
  const std::string execution_;
};

class NoStore : public ObjectStore {
 public:
  Result<ObjectInfo> Stat(const GcsUri&) override { return None(); }
  Result<ObjectInfo> Download(const GcsUri&, const std::filesystem::path&,
                              CancellationToken) override {
    return None();
  }
  Result<ObjectInfo> Upload(const std::filesystem::path&, const GcsUri&, const ObjectWrite&,
                            CancellationToken) override {
    return None();
  }
  Result<ObjectList> List(std::string_view, const ObjectListing&) override { return None(); }
  Status Delete(const GcsUri&, const ObjectPreconditions&) override { return None(); }
  Result<ObjectInfo> Compose(const std::vector<GcsUri>&, const GcsUri&,
                             const ObjectWrite&) override {
    return None();
  }
  Result<ObjectInfo> Copy(const GcsUri&, const GcsUri&, const ObjectPreconditions&) override {
    return None();
  }

 private:
  static Error None() { return {ErrorCode::kIo, "there is no store"}; }
};

std::unique_ptr<ExecutionsClient> ClientOf(const std::shared_ptr<OneExecution>& http) {
  ApiOptions options;
  options.endpoint = "http://api.test";
  options.http = http;
  return std::move(ExecutionsClient::Create(std::move(options))).value();
}

ordered_json Cost(const json& one) {
  std::vector<BilledInvocation> invocations;
  for (const json& invocation : one["invocations"]) {
    invocations.push_back({.duration_ms = invocation["durationMs"],
                           .vcpu = invocation["vcpu"],
                           .memory_gib = invocation["memoryGib"],
                           .estimated = invocation["estimated"]});
  }
  return {{"accepted", ToJson(ComputeRenderCost(invocations, one["steps"]))}};
}

ordered_json Progress(const json& one) {
  const auto http = std::make_shared<OneExecution>(one["execution"].dump());
  RenderProgressOptions options;
  options.execution_name = "n/e";
  options.live = false;
  const auto progress = GetRenderProgress(*ClientOf(http), options);
  if (!progress) return {{"refused", progress.error().message}};
  return {{"accepted", ToJson(*progress)}};
}

ordered_json Render(const json& one) {
  const json& given = one["options"];
  const auto text = [&given](const char* name) {
    return given.contains(name) ? given[name].get<std::string>() : std::string();
  };
  RenderToCloudRunOptions options;
  if (given.contains("siteHandle")) {
    options.site = SiteHandle{.site_id = "s",
                              .bucket_name = "b",
                              .project_gcs_uri = given["siteHandle"]["projectGcsUri"],
                              .bytes = 1,
                              .uploaded_at = "",
                              .uploaded = false};
  }
  options.config_json = given["config"].dump();
  if (given.contains("planProtocol")) {
    options.plan_protocol = ParsePlanProtocol(text("planProtocol")).value_or(PlanProtocol::kV2);
  }
  options.bucket_name = text("bucketName");
  options.project_id = text("projectId");
  options.location = text("location");
  options.workflow_id = text("workflowId");
  options.service_url = text("serviceUrl");
  if (given.contains("outputKey")) options.output_key = text("outputKey");
  if (given.contains("renderId")) options.render_id = text("renderId");
  const auto http = std::make_shared<OneExecution>(R"({"name":"the/execution"})");
  NoStore store;
  const auto handle = RenderToCloudRun(store, *ClientOf(http), options);
  if (!handle) return {{"refused", handle.error().message}, {"field", handle.error().field}};
  ordered_json answer = ToJson(*handle);
  answer.erase("startedAt");
  return {{"accepted",
           {{"handle", answer},
            {"argument", json::parse(json::parse(http->started)["argument"].get<std::string>())}}}};
}

ordered_json Answer(const std::string& line) {
  const json one = json::parse(line);
  const std::string kind = one["kind"];
  if (kind == "cost") return Cost(one);
  if (kind == "progress") return Progress(one);
  return Render(one);
}

}  // namespace
}  // namespace hyperlocal

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << hyperlocal::Answer(line).dump() << '\n' << std::flush;
  }
}
