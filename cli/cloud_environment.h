#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hyperlocal::cli {

// Environment variables by which clients find the emulators, in the order in which people read
// them.
using CloudEnvironment = std::vector<std::pair<std::string, std::string>>;

// How they are written down.
enum class EnvironmentFormat { kShell, kFish, kDotenv, kJson };
std::optional<EnvironmentFormat> ParseEnvironmentFormat(std::string_view name);

// A line for each variable (a document, for kJson), with the final newline. Values come out of the
// shell, or of a reader of .env files, as they went in.
std::string EnvironmentText(const CloudEnvironment& variables, EnvironmentFormat format);

}  // namespace hyperlocal::cli
