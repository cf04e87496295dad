#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cli/command_line.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// What the flags of `cloudrun render` and `render-batch` say of the render, as the Config that goes
// to the service, without variables. What they leave open the composition's file decides: its size
// and, where it is one of the three that are allowed, its rate. Errors: kUsage naming the flag,
// kNoInput for a project that is none.
Result<nlohmann::ordered_json> CloudRenderConfig(const CommandLine& line,
                                                 const std::filesystem::path& project);
// The Config with these variables, checked as the service checks it. Error: kUsage.
Result<std::string> ConfigText(nlohmann::ordered_json config,
                               const std::optional<nlohmann::ordered_json>& variables);

// --variables or --variables-file. Errors: kUsage; kNoInput, kIo, kInvalidJson for the file.
Result<std::optional<nlohmann::ordered_json>> VariablesOf(const CommandLine& line);

// The composition's issues with them (declared_variables.h). `strict` makes them an error,
// kInvalidConfig; else they are what to warn of.
Result<std::vector<std::string>> CheckVariables(
    const std::filesystem::path& project, const std::optional<nlohmann::ordered_json>& variables,
    bool strict);

}  // namespace hyperlocal::cli
