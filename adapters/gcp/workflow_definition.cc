#include "adapters/gcp/workflow_definition.h"

#include <cstddef>

// Assembled into the read-only data, as engine/composition/page_scripts.cc does it.
__asm__(
    ".section .rodata\n"
    ".global hyperlocal_render_workflow_begin\n"
    ".global hyperlocal_render_workflow_end\n"
    "hyperlocal_render_workflow_begin:\n"
    ".incbin \"" HYPERLOCAL_RENDER_WORKFLOW
    "\"\n"
    "hyperlocal_render_workflow_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" __attribute__((visibility("hidden"))) const char hyperlocal_render_workflow_begin[];
extern "C" __attribute__((visibility("hidden"))) const char hyperlocal_render_workflow_end[];

namespace hyperlocal {

std::string_view RenderWorkflowDefinition() {
  return {
      hyperlocal_render_workflow_begin,
      static_cast<std::size_t>(hyperlocal_render_workflow_end - hyperlocal_render_workflow_begin)};
}

}  // namespace hyperlocal
