#pragma once

#include <string_view>

namespace hyperlocal {

// The Cloud Workflows definition of the distributed render, workflow.yaml beside this file: what is
// deployed, and what the local render runs. Part of the program.
std::string_view RenderWorkflowDefinition();

}  // namespace hyperlocal
