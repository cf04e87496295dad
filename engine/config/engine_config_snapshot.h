#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal {

// What is wrong with an `engineConfig`, or nothing. The published renderer takes its own settings
// resolved and complete, so a field that is missing or unknown is as wrong as one with a bad value.
// This renderer reads none of them: it checks, so that a config refused there is refused here too.
std::optional<std::string> EngineConfigProblem(const nlohmann::json& snapshot);

}  // namespace hyperlocal
