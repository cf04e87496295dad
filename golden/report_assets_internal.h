#pragma once

#include <string_view>

namespace hyperlocal::golden {

// golden/report/page.html, .css and .js, as they were when the program was built.
std::string_view ReportHtml();
std::string_view ReportStyle();
std::string_view ReportScript();

}  // namespace hyperlocal::golden
