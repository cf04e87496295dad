#pragma once

#include <optional>
#include <vector>

#include "orchestrator/syntax/problem.h"
#include "orchestrator/syntax/source_text.h"
#include "orchestrator/syntax/yaml_node.h"

namespace hyperlocal::workflow {

// Reads one YAML 1.2 document, or JSON, which is YAML. What differs from a stock parser, and why,
// is in docs/decisions/0008-workflow-syntax.md:
// * `${…}` inside a flow list or map is one plain scalar up to its matching brace;
// * refused by name, because no definition needs them: several documents, directives other than
//   %YAML, tags (`!!str`), complex keys (`? `), merge keys (`<<`);
// * refused: tabs in the indentation, the same key twice in a map, bytes that are not UTF-8.
// Anchors and aliases of plain nodes are followed; a document that grows beyond kYamlNodeLimit
// nodes by them is refused.
//
// Every problem is added to `problems`, and reading goes on after it; the document is as complete
// as could be made out of the rest, and absent when there is none.
std::optional<YamlNode> ReadYaml(const SourceText& source, std::vector<Problem>& problems);

inline constexpr std::size_t kYamlNodeLimit = 200'000;
// Of lists and maps inside each other.
inline constexpr int kYamlDepthLimit = 100;

}  // namespace hyperlocal::workflow
