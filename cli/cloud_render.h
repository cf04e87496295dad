#pragma once

#include "cli/local_cloud.h"
#include "cli/local_render.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// The whole distributed render through the emulated cloud: the project goes into the bucket, the
// workflow runs against the service, the result is fetched, by the client library that does the
// same with Google's. `cloud` says what the cloud is; its data and observer are this function's to
// set. Leaves either the complete output or none, and nothing else, also when it is cancelled
// (kCancelled). What fails in the service is told by the service's own error.
Result<LocalRenderResult> RenderThroughCloud(const LocalRenderOptions& options,
                                             LocalCloudOptions cloud, RenderObserver& observer,
                                             const CancellationToken& cancel);

}  // namespace hyperlocal::cli
