#include "golden/report_assets_internal.h"

// As engine/composition/page_scripts.cc does: the files lie in the program's read-only data.
#define HYPERLOCAL_EMBED(symbol, path)             \
  __asm__(                                         \
      ".section .rodata\n"                         \
      ".global hyperlocal_golden_" #symbol         \
      "_begin\n"                                   \
      ".global hyperlocal_golden_" #symbol         \
      "_end\n"                                     \
      "hyperlocal_golden_" #symbol                 \
      "_begin:\n"                                  \
      ".incbin \"" path                            \
      "\"\n"                                       \
      "hyperlocal_golden_" #symbol                 \
      "_end:\n"                                    \
      ".byte 0\n"                                  \
      ".previous\n");                              \
  extern "C" __attribute__((visibility("hidden"))) \
  const char hyperlocal_golden_##symbol##_begin[]; \
  extern "C" __attribute__((visibility("hidden"))) const char hyperlocal_golden_##symbol##_end[]

HYPERLOCAL_EMBED(html, HYPERLOCAL_REPORT_HTML);
HYPERLOCAL_EMBED(style, HYPERLOCAL_REPORT_CSS);
HYPERLOCAL_EMBED(script, HYPERLOCAL_REPORT_JS);

namespace hyperlocal::golden {
namespace {

std::string_view Between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view ReportHtml() {
  return Between(hyperlocal_golden_html_begin, hyperlocal_golden_html_end);
}
std::string_view ReportStyle() {
  return Between(hyperlocal_golden_style_begin, hyperlocal_golden_style_end);
}
std::string_view ReportScript() {
  return Between(hyperlocal_golden_script_begin, hyperlocal_golden_script_end);
}

}  // namespace hyperlocal::golden
