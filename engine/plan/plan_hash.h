#pragma once

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

}  // namespace hyperlocal
