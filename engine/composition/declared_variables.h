#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// How the variables of a composition are judged. The published renderer judges nothing when a
// document declares nothing; strictly, every variable is undeclared there.
enum class UndeclaredDocument { kTakesAnything, kTakesNothing };

// What is wrong with variables (a JSON object) by the declarations (data-composition-variables) of
// an HTML document, a sentence each: one that is not declared, one of another type or beyond its
// choices, a declaration that makes no sense. All elements of the document declare, as in the page
// runtime; the later ones win. Error: kInvalidJson when the variables are no JSON object.
Result<std::vector<std::string>> VariableIssues(
    std::string_view html, std::string_view variables_json,
    UndeclaredDocument undeclared = UndeclaredDocument::kTakesAnything);

// The same for a whole project: the given variables by the entry's declarations, and what every
// element that hosts a composition (data-composition-src) gives it in data-variable-values by that
// one's own declarations, with file and line of the host. Compositions that are not there are left
// to who looks for them. Errors: kInvalidJson, as above; kNoInput, kIo for the entry.
Result<std::vector<std::string>> ProjectVariableIssues(
    const std::filesystem::path& project, const std::string& entry,
    const std::optional<std::string>& variables_json, UndeclaredDocument undeclared);

// The strict judgement: kInvalidConfig (field config.variables) that lists everything wrong, of a
// composition that declares nothing every given variable. Other errors: those of
// ProjectVariableIssues.
Status RequireDeclaredVariables(const std::filesystem::path& project, const std::string& entry,
                                const std::optional<std::string>& variables_json);

}  // namespace hyperlocal
