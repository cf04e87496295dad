#pragma once

#include <filesystem>

#include "engine/error/result.h"
#include "engine/plan/plan_manifest.h"
#include "engine/plan/plan_publisher.h"

namespace hyperlocal {

// Publishes a frozen plan directory of protocol v1 as a content-addressed plan (v2): every blob
// once, then the manifest. What a chunk does not show of a source video, it does not get; a frame
// that no chunk shows is left out. Errors: kPlanHashMismatch when the directory is not what was
// frozen; kPlanV2IntegrityUnrecoverable for links and special files in it, and for source frames
// that cannot be counted; kInvalidVideoMetadata; those of ReadPlanDirectory and of the publisher.
Result<PlanManifest> PublishPlan(const std::filesystem::path& plan_root, PlanPublisher& publisher);

}  // namespace hyperlocal
