#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal::cli {

// What is wrong with these variables by the composition's own declarations
// (data-composition-variables), a sentence each: one that is not declared, one of another type or
// beyond its choices. Declarations are read of the first start tag that has them, those that make
// no sense are passed over, and a composition that declares nothing takes everything.
std::vector<std::string> VariableIssues(std::string_view html, const nlohmann::json& variables);

}  // namespace hyperlocal::cli
