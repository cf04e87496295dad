#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"

namespace hyperlocal {

// The names of the hash schemes, as a plan's protocol gives them.
inline constexpr const char* kPlanHashSchemaV1 = "hyperframes-plan-hash-v1";
inline constexpr const char* kPlanHashSchemaV2 = "hyperframes-plan-manifest-hash-v2";

// The plan hash v2 of a manifest: of everything in it but its own planHash. (That of v1, of a plan
// directory, is ComputePlanHash in plan_directory.h.) Error: kInvalidJson when it is no object or
// holds a number without a JSON form.
Result<std::string> PlanManifestHash(const nlohmann::json& manifest);

// The hash of the plan in `root` as it lies there now, whatever it says of itself: of the files of
// a plan directory, of the manifest of a content-addressed plan. Errors: those of ReadPlanDirectory
// and IsContentAddressedPlan.
Result<std::string> RecomputePlanHash(const std::filesystem::path& root);

}  // namespace hyperlocal
