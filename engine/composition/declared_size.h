#pragma once

#include <string_view>

namespace hyperlocal {

struct DeclaredSize {
  int width = 1920;
  int height = 1080;
  int fps = 0;            // of data-fps; 0: none
  bool declared = false;  // false: nothing was found, and these are the defaults
};

// The size that an entry file seems to declare: data-width and data-height of the first start tag
// that has them and data-composition-id. A guess that saves opening the page twice; the page itself
// has the last word.
DeclaredSize FindDeclaredSize(std::string_view html);

}  // namespace hyperlocal
