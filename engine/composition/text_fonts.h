#pragma once

#include <string>
#include <vector>

namespace hyperlocal {

// A font that Chrome drew glyphs with.
struct UsedFont {
  std::string family;
  bool is_web_font = false;  // from an address, and so of the project or recorded
};

// One kind of text that a page shows: which fonts it asks for, and which it gets.
struct TextFonts {
  std::string element;                // <h1 id="title">
  std::vector<std::string> families;  // as computed, the first one first
  bool has_face = false;              // the page has a face for the first one
  std::vector<UsedFont> used;
};

// Why a render cannot rely on the fonts of a text, in words that name element and font; empty when
// it can. It can on web fonts, and on those of the deterministic set (font_set.h); a family that is
// neither would look different on the next machine.
std::string FontComplaint(const TextFonts& text);

}  // namespace hyperlocal
