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
HYPERLOCAL_EMBED(media, HYPERLOCAL_MEDIA_JS);
HYPERLOCAL_EMBED(media_facts, HYPERLOCAL_MEDIA_FACTS_JS);
HYPERLOCAL_EMBED(fonts, HYPERLOCAL_FONTS_JS);
HYPERLOCAL_EMBED(clip_watch, HYPERLOCAL_CLIP_WATCH_JS);
HYPERLOCAL_EMBED(drawn_elements, HYPERLOCAL_DRAWN_ELEMENTS_JS);
HYPERLOCAL_EMBED(webgl_queue, HYPERLOCAL_WEBGL_QUEUE_JS);
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
std::string_view MediaScript() {
  return Between(hyperlocal_media_begin, hyperlocal_media_end);
}
std::string_view MediaFactsScript() {
  return Between(hyperlocal_media_facts_begin, hyperlocal_media_facts_end);
}
std::string_view FontsScript() {
  return Between(hyperlocal_fonts_begin, hyperlocal_fonts_end);
}
std::string_view ClipWatchScript() {
  return Between(hyperlocal_clip_watch_begin, hyperlocal_clip_watch_end);
}
std::string_view DrawnElementsScript() {
  return Between(hyperlocal_drawn_elements_begin, hyperlocal_drawn_elements_end);
}
std::string_view WebGlQueueScript() {
  return Between(hyperlocal_webgl_queue_begin, hyperlocal_webgl_queue_end);
}
std::string_view BridgeScript() {
  return Between(hyperlocal_bridge_begin, hyperlocal_bridge_end);
}
std::string_view PageRuntimeScript() {
  return Between(hyperlocal_runtime_begin, hyperlocal_runtime_end);
}

std::vector<std::string> ScriptsBeforeThePage(const std::string& variables_json, FrameRate fps) {
  std::vector<std::string> scripts;
  for (const std::string_view script :
       {VirtualTimeScript(), MediaScript(), MediaFactsScript(), ClipWatchScript(), FontsScript(),
        DrawnElementsScript(), WebGlQueueScript(), BridgeScript()}) {
    scripts.emplace_back(script);
  }
  scripts.push_back(
      "window.__HF_EXPORT_RENDER_SEEK_CONFIG = {owner: 'runtime', "
      "fpsSource: 'render-options', fps: " +
      std::to_string(fps.num) + " / " + std::to_string(fps.den) + "};");
  if (!variables_json.empty()) scripts.push_back("window.__hfVariables = " + variables_json + ";");
  return scripts;
}

std::string StyleSheetScript(std::string_view css) {
  // A text of JavaScript: what would end it, or is no part of one, is escaped.
  std::string text;
  for (const char c : css) {
    if (c == '`' || c == '\\' || c == '$') text += '\\';
    text += c;
  }
  return "{const sheet = new CSSStyleSheet(); sheet.replaceSync(`" + text +
         "`); document.adoptedStyleSheets.push(sheet);}";
}

// A style sheet that is in no element: nothing of the page's own tree changes, and it is there
// before the first of its elements.
std::string_view TransparentBackgroundScript() {
  return R"JS(if (window === window.top) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('html, body, [data-composition-id] { background: transparent !important }');
  document.adoptedStyleSheets.push(sheet);
})JS";
}

}  // namespace hyperlocal
