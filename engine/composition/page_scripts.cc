#include "engine/composition/page_scripts.h"

// The files are assembled into the read-only data of the program (.incbin): no copy of them in C++
// syntax, no start-up cost, and a change of a file recompiles only this one (see OBJECT_DEPENDS in
// engine/CMakeLists.txt).
#define HYPERLOCAL_EMBED(symbol, path)                                                       \
  __asm__(                                                                                   \
      ".section .rodata\n"                                                                   \
      ".global hyperlocal_" #symbol                                                          \
      "_begin\n"                                                                             \
      ".global hyperlocal_" #symbol                                                          \
      "_end\n"                                                                               \
      "hyperlocal_" #symbol                                                                  \
      "_begin:\n"                                                                            \
      ".incbin \"" path                                                                      \
      "\"\n"                                                                                 \
      "hyperlocal_" #symbol                                                                  \
      "_end:\n"                                                                              \
      ".byte 0\n"                                                                            \
      ".previous\n");                                                                        \
  extern "C" __attribute__((visibility("hidden"))) const char hyperlocal_##symbol##_begin[]; \
  extern "C" __attribute__((visibility("hidden"))) const char hyperlocal_##symbol##_end[]

HYPERLOCAL_EMBED(virtual_time, HYPERLOCAL_VIRTUAL_TIME_JS);
HYPERLOCAL_EMBED(bridge, HYPERLOCAL_BRIDGE_JS);
HYPERLOCAL_EMBED(runtime, HYPERLOCAL_RUNTIME_JS);

namespace hyperlocal {
namespace {

std::string_view Between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view VirtualTimeScript() {
  return Between(hyperlocal_virtual_time_begin, hyperlocal_virtual_time_end);
}
std::string_view BridgeScript() {
  return Between(hyperlocal_bridge_begin, hyperlocal_bridge_end);
}
std::string_view PageRuntimeScript() {
  return Between(hyperlocal_runtime_begin, hyperlocal_runtime_end);
}

std::vector<std::string> ScriptsBeforeThePage(const std::string& variables_json, FrameRate fps) {
  std::vector<std::string> scripts{std::string(VirtualTimeScript()), std::string(BridgeScript())};
  scripts.push_back("window.__HF_EXPORT_RENDER_SEEK_CONFIG = {owner: 'runtime', "
                    "fpsSource: 'render-options', fps: " +
                    std::to_string(fps.num) + " / " + std::to_string(fps.den) + "};");
  if (!variables_json.empty()) scripts.push_back("window.__hfVariables = " + variables_json + ";");
  return scripts;
}

}  // namespace hyperlocal
