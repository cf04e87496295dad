#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal {

// What is wrong with an `engineConfig`, or nothing. The published renderer takes its own settings
// resolved and complete, so a field that is missing or unknown is as wrong as one with a bad value.
// This renderer takes the speed of VP9 out of it and nothing else: it checks the rest, so that a
// config refused there is refused here too.
std::optional<std::string> EngineConfigProblem(const nlohmann::json& snapshot);

// Of one without problems, as JSON text: how fast VP9 encodes, -8 to 8.
std::optional<int> Vp9CpuUsedOf(const std::string& snapshot_json);

}  // namespace hyperlocal
