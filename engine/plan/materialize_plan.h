#pragma once

#include <filesystem>
#include <optional>

#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"
#include "engine/plan/plan_manifest.h"
#include "engine/plan/plan_target.h"

namespace hyperlocal {

// Makes the plan directory that `target` works on out of the content-addressed plan in `root`:
// only what it needs, every blob checked by size and digest first, and a mark that says for whom it
// was made and out of what. `destination` is complete or not there. Errors:
// kPlanV2IntegrityUnrecoverable for a blob that is missing or not what the manifest says, and those
// of ReadPlanManifest; kChunkIndexOutOfRange; kCannotWrite.
Result<PlanManifest> MaterializePlan(const std::filesystem::path& root, PlanTarget target,
                                     const std::filesystem::path& destination);

// Checks a plan directory right before it is used by `target`: a materialized one against the
// manifest in its mark, any other against its plan hash. Errors: kPlanV2IntegrityUnrecoverable for
// a mark that was made for somebody else or a file that is not what it was; kPlanHashMismatch.
Status VerifyPlan(const PlanDirectory& plan, PlanTarget target);

}  // namespace hyperlocal
