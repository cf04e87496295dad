#pragma once

#include <optional>
#include <string_view>

#include "orchestrator/syntax/build_context_internal.h"
#include "orchestrator/syntax/step.h"
#include "orchestrator/syntax/value_template.h"
#include "orchestrator/syntax/yaml_node.h"

namespace hyperlocal::workflow {

// Whether a scalar is one expression: `${` first and `}` last, blanks at the end aside.
bool IsExpressionScalar(const YamlNode& node);

// Makes value templates, expressions and assignment targets out of nodes. Problems go to `context`;
// what cannot be read becomes null.
ValueTemplate BuildTemplate(const YamlNode& node, BuildContext& context);

// The expression of a scalar for which IsExpressionScalar holds; nothing, reported, when it is
// none.
std::optional<Expression> BuildExpression(const YamlNode& node, const BuildContext& context);

// `v`, `v.k`, `v["k"][i]`; nothing, reported, for anything else.
std::optional<AssignTarget> BuildTarget(const YamlNode& node, const BuildContext& context);

}  // namespace hyperlocal::workflow
