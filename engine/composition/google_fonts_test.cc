#include "engine/composition/google_fonts.h"

#include <gtest/gtest.h>

#include <string>

namespace hyperlocal {
namespace {

// "Inter: 400 i700 100..900; Roboto: 400 (swap)"
std::string Text(const std::string& url) {
  const auto sheet = ParseFontSheetAddress(url);
  if (!sheet) return "none";
  std::string text;
  for (const FontFamilyWish& family : sheet->families) {
    text += (text.empty() ? "" : "; ") + family.family + ":";
    for (const FontFaceWish& face : family.faces) {
      text += (face.italic ? " i" : " ") + std::to_string(face.lightest);
      if (face.heaviest != face.lightest) text += ".." + std::to_string(face.heaviest);
    }
  }
  return text + (sheet->display.empty() ? "" : " (" + sheet->display + ")");
}

TEST(ParseFontSheetAddress, ReadsBothVersionsOfTheService) {
  const std::string css = "https://fonts.googleapis.com/css?family=";
  const std::string css2 = "https://fonts.googleapis.com/css2?family=";
  EXPECT_EQ(Text(css2 + "Inter"), "Inter: 400");
  EXPECT_EQ(Text(css2 + "Playfair+Display:ital,wght@0,400;1,700&display=swap"),
            "Playfair Display: 400 i700 (swap)");
  EXPECT_EQ(Text(css2 + "Inter:wght@100..900&family=Open%20Sans:ital@1"),
            "Inter: 100..900; Open Sans: i400");
  EXPECT_EQ(Text(css2 + "Roboto:wdth,wght@75,500"), "Roboto: 500");
  EXPECT_EQ(Text(css2 + "Inter:ital"), "Inter: i400");
  EXPECT_EQ(Text(css + "Open+Sans:400,700italic,bi|Roboto&subset=latin&display=block"),
            "Open Sans: 400 i700 i700; Roboto: 400 (block)");
  EXPECT_EQ(Text(css + "Lato:regular,b,300i:latin"), "Lato: 400 700 i300");
}

TEST(ParseFontSheetAddress, KnowsNoOtherAddress) {
  for (const char* url :
       {"https://fonts.googleapis.com/css2", "https://fonts.googleapis.com/css2?display=swap",
        "https://fonts.googleapis.com/css2?family=", "https://example.com/css2?family=Inter",
        "https://fonts.googleapis.com/icon?family=X", "fonts.googleapis.com/css?family=Inter",
        "https://fonts.googleapis.com/css2?family=Inter:wght@400,500",
        "https://fonts.googleapis.com/css2?family=Inter:wght@heavy"}) {
    EXPECT_EQ(Text(url), "none") << url;
  }
}

TEST(FontFileFamily, IsTheFamilysPartOfAFilesAddress) {
  EXPECT_EQ(FontFileFamily("https://fonts.gstatic.com/s/inter/v20/UcC73FwrK3iLTeHuS.woff2"),
            "inter");
  EXPECT_EQ(FontFileFamily("https://fonts.gstatic.com/l/font?kit=x"), "");
  EXPECT_EQ(FontFileFamily("https://fonts.gstatic.com/s/inter"), "");
}

}  // namespace
}  // namespace hyperlocal
