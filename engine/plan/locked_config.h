#pragma once

#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

// The bytes of meta/encoder.json: canonical JSON, absent optionals left out. Error: kInvalidJson
// when the variables are not a JSON object.
Result<std::string> LockedConfigJson(const LockedRenderConfig& config);

// Reads those bytes, or those of another implementation. `what` names them in errors. Of the
// environment only text values under the two published prefixes are kept. Errors: kInvalidJson;
// kMissingRuntimeEnvSnapshot when runtimeEnv is not an object, because the page could then look
// different on every worker.
Result<LockedRenderConfig> ParseLockedConfig(std::string_view text, std::string_view what);

}  // namespace hyperlocal
