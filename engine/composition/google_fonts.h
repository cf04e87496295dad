#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal {

// Faces of a family: one weight, or a range of them.
struct FontFaceWish {
  bool italic = false;
  int lightest = 400;  // of the weight axis, 1 to 1000
  int heaviest = 400;
};

struct FontFamilyWish {
  std::string family;  // Playfair Display
  std::vector<FontFaceWish> faces;
};

// What a Google Fonts style sheet is asked for.
struct FontSheetWish {
  std::vector<FontFamilyWish> families;
  std::string display;  // block, swap, ...; empty: not said
};

// Reads addresses of fonts.googleapis.com, /css and /css2. Empty for any other address, and for one
// that names no family.
std::optional<FontSheetWish> ParseFontSheetAddress(std::string_view url);

// The family's part of an address of a font file (fonts.gstatic.com/s/<this>/v20/…); empty for any
// other address.
std::string FontFileFamily(std::string_view url);

// Whether an address is one of those of the web font services.
bool IsWebFontAddress(std::string_view url);

}  // namespace hyperlocal
