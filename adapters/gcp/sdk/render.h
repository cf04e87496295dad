#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "adapters/gcp/sdk/site.h"
#include "adapters/gcp/workflows/executions_client.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/object_store.h"
#include "engine/wire/plan_locator.h"

namespace hyperlocal {

struct RenderToCloudRunOptions {
  std::filesystem::path project_dir;  // without `site`
  std::optional<SiteHandle> site;     // one that was deployed before
  std::string config_json;            // CONTRACT section 1; fields that we do not know go along
  PlanProtocol plan_protocol = PlanProtocol::kV2;
  std::string bucket_name;
  std::string project_id;
  std::string location;
  std::string workflow_id;
  std::string service_url;
  std::string chunk_service_url;          // of a service for the chunks alone; empty: service_url
  std::optional<std::string> output_key;  // absent: renders/<renderId>/output<ext>
  std::optional<std::string> render_id;   // absent: hf-render-<uuid>
};

// What is needed to follow a render.
struct RenderHandle {
  std::string render_id;
  std::string execution_name;
  std::string bucket_name;
  std::string workflow_id;
  std::string output_gcs_uri;
  std::string project_gcs_uri;
  std::string started_at;
  bool operator==(const RenderHandle&) const = default;
};

// What a render is to be, checked, with everything decided that can be without a call.
struct PreparedRender {
  std::string render_id;
  std::string output_gcs_uri;
  std::string plan_output_gcs_prefix;
};
// All checks of RenderToCloudRun but that of the argument's size, and no call. Errors:
// kInvalidConfig (field config…), kUsage.
Result<PreparedRender> PrepareRender(const RenderToCloudRunOptions& options);

// Checks everything, deploys the project unless there is a site, and starts the execution, which
// bears the label hyperlocal-render (RenderLabelOf). Does not wait for it. No call is made before
// all that can be checked has been. Errors: those of PrepareRender, kInvalidConfig for an argument
// beyond 512 KiB; those of DeploySite and of ExecutionsClient::Start.
Result<RenderHandle> RenderToCloudRun(ObjectStore& store, ExecutionsClient& executions,
                                      const RenderToCloudRunOptions& options,
                                      const CancellationToken& cancelled = {});

// The value of the label hyperlocal-render for this render: the id itself where a label can hold
// it, else a digest of it.
inline constexpr std::string_view kRenderLabel = "hyperlocal-render";
std::string RenderLabelOf(std::string_view render_id);

// Error: kUsage.
Status CheckRenderId(std::string_view render_id);

nlohmann::ordered_json ToJson(const RenderHandle& handle);

}  // namespace hyperlocal
