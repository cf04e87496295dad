#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrator/syntax/problem.h"
#include "orchestrator/syntax/source_text.h"
#include "orchestrator/syntax/yaml_node.h"

namespace hyperlocal::workflow {

// What everybody shares who makes a definition out of a document: the source, the problems, and
// inside of which step one is.
struct BuildContext {
  const SourceText& source;
  std::vector<Problem>& problems;
  std::string step = {};

  void Report(const SourceSpan& span, std::string message,
              Severity severity = Severity::kError) const {
    problems.push_back({severity, std::move(message), step, span});
  }
  // The place of a scalar's content, or of a list's or map's first character.
  SourceSpan SpanOf(const YamlNode& node) const {
    if (!node.is_scalar()) return source.At(node.begin, 1);
    const std::string& text = node.scalar.text();
    if (text.empty()) return source.Between(node.begin, node.end);
    return source.At(node.scalar.SourceOffset(0), CountCodePoints(text));
  }
};

// Letters, digits and underscores, not a digit first.
bool IsVariableName(std::string_view name);

// "a map", "a list", "text", "nothing", …: what stands somewhere, for messages.
std::string_view DescribeNode(const YamlNode& node);

}  // namespace hyperlocal::workflow
