#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "adapters/gcp/sdk/progress.h"
#include "adapters/gcp/sdk/render_cost.h"
#include "adapters/gcp/workflows/executions_client.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal {

// Stops a render. Requests that the service works on end by themselves. One that is over is left as
// it is. Errors: those of ExecutionsClient.
Result<RenderStatus> CancelRender(ExecutionsClient& executions, std::string_view execution_name,
                                  const CancellationToken& cancelled = {});

struct DownloadedResult {
  std::string gcs_uri;
  std::filesystem::path file;
  std::int64_t bytes = 0;
  std::string sha256;
  std::string crc32c;  // base64, as the store has it
};
// The output to a file, whole or not at all: length and CRC-32C are compared with the store's, and
// the length with what the assembly said, if `expected_bytes` is known. Frames of a png-sequence
// come as the tar.gz that they are. Errors: those of the store; kIo for another length.
Result<DownloadedResult> DownloadResult(ObjectStore& store, const RenderOutput& output,
                                        const std::filesystem::path& file,
                                        const CancellationToken& cancelled = {});

struct ListedRender {
  std::string render_id;
  std::string execution_name;
  RenderStatus status = RenderStatus::kUnknown;
  std::string output_gcs_uri;
  std::string started_at;
  std::string ended_at;  // empty: it runs
};
// The newest `most` executions of the workflow that were renders, whoever started them. Errors:
// those of ExecutionsClient.
Result<std::vector<ListedRender>> ListRenders(ExecutionsClient& executions,
                                              const WorkflowName& workflow, std::size_t most,
                                              const CancellationToken& cancelled = {});

// What the render has put into the bucket below renders/<renderId>/, and the reads that it took,
// counted from the plan's manifest where there is one. Lists the prefix. Errors: those of the
// store.
Result<StorageCost> MeasureStorageCost(ObjectStore& store, std::string_view bucket,
                                       std::string_view render_id,
                                       const std::optional<RenderOutput>& output);

nlohmann::ordered_json ToJson(const DownloadedResult& result);
nlohmann::ordered_json ToJson(const ListedRender& render);

}  // namespace hyperlocal
