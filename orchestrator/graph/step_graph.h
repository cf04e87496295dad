#pragma once

#include <cstdint>
#include <string>

#include "orchestrator/syntax/definition.h"

namespace hyperlocal::workflow {

enum class GraphFormat : std::uint8_t {
  kMermaid,  // a flowchart, as Markdown viewers draw it
  kDot,      // Graphviz
};

// The steps of a checked definition and where each goes on: a node a step, a box around the steps
// of every loop, parallel branch and except. Dashed edges are taken on errors and for the next
// iteration; edges out of a switch carry their condition.
std::string StepGraph(const Definition& definition, GraphFormat format);

}  // namespace hyperlocal::workflow
