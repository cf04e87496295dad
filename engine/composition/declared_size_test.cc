#include "engine/composition/declared_size.h"

#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

TEST(FindDeclaredSize, ReadsTheRootsSizeOrGuessesTheDefault) {
  struct Case {
    const char* html;
    int width, height;
  };
  for (const Case& row : {
           Case{"<div data-composition-id=\"a\" data-width=\"640\" data-height=\"360\">", 640, 360},
           Case{"<div data-height='360' data-width = 640\n data-composition-id=a>", 640, 360},
           // A style sheet and a script before the element.
           Case{
               "<style>[data-composition-id=\"a\"] > p {}</style><script>q('[data-composition-id]')"
               "</script><div data-composition-id=\"a\" data-width=\"640\" data-height=\"360\">",
               640, 360},
           Case{"<div data-composition-id=a data-width=640 data-height=360>"
                "<div data-composition-id=b data-width=1 data-height=2>",
                640, 360},
           Case{"", 1920, 1080},
           Case{"<p data-width=640 data-height=360>", 1920, 1080},
           Case{"<p data-composition-id=a data-width=640>", 1920, 1080},
           Case{"<p data-composition-id=a data-width=-1 data-height=360>", 1920, 1080},
           Case{"<p data-composition-id=a data-width=640 data-height=99999999999>", 1920, 1080},
           Case{"<p data-composition-id=a data-width= data-height=", 1920, 1080},
           Case{"data-composition-id", 1920, 1080},
       }) {
    const DeclaredSize size = FindDeclaredSize(row.html);
    EXPECT_EQ(size.width, row.width) << row.html;
    EXPECT_EQ(size.height, row.height) << row.html;
  }
}

}  // namespace
}  // namespace hyperlocal
