#include <gtest/gtest.h>

#include "engine/composition/page_server.h"

namespace hyperlocal {
namespace {

TEST(ContentTypeOf, GoesByTheExtensionInAnyCase) {
  struct Case {
    const char* file;
    const char* type;
  };
  for (const Case& row :
       {Case{"a/b.html", "text/html; charset=utf-8"}, Case{"A.HTML", "text/html; charset=utf-8"},
        Case{"x.min.js", "text/javascript; charset=utf-8"},
        Case{"m.mjs", "text/javascript; charset=utf-8"}, Case{"s.css", "text/css; charset=utf-8"},
        Case{"p.png", "image/png"}, Case{"p.JpEg", "image/jpeg"}, Case{"v.webm", "video/webm"},
        Case{"f.woff2", "font/woff2"}, Case{"w.wasm", "application/wasm"},
        Case{"noextension", "application/octet-stream"},
        Case{".html", "application/octet-stream"},  // a hidden file's name
        Case{"a.unknown", "application/octet-stream"}, Case{"", "application/octet-stream"}}) {
    EXPECT_EQ(ContentTypeOf(row.file), row.type) << row.file;
  }
}

}  // namespace
}  // namespace hyperlocal
