#include "engine/composition/font_packages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::PutFile;
using testing::TemporaryDirectory;

std::string Face(const std::string& file, const std::string& style, const std::string& weight,
                 const std::string& range) {
  return "/* x */\n@font-face {\n  font-family: 'Hl Test Variable';\n  font-style: " + style +
         ";\n  font-display: swap;\n  font-weight: " + weight + ";\n  src: url(./files/" + file +
         ") format('woff2'), url(./files/x.woff) format('woff');\n  unicode-range: " + range +
         ";\n}\n";
}

// Families that no real node_modules has.
class FontPackagesTest : public ::testing::Test {
 protected:
  FontPackagesTest() {
    const auto modules = project_ / "node_modules";
    PutFile(modules / "@fontsource/hl-test/package.json", R"({"version":"5.0.1"})");
    PutFile(modules / "@fontsource/hl-test/400.css",
            Face("hl-latin-ext-400.woff2", "normal", "400", "U+0100-02BA") +
                Face("hl-latin-400.woff2", "normal", "400", "U+0000-00FF"));
    PutFile(modules / "@fontsource/hl-test/700-italic.css",
            Face("hl-latin-700i.woff2", "italic", "700", "U+0000-00FF"));
    PutFile(modules / "@fontsource-variable/hl-wide/package.json", R"({"version":"5.0.2"})");
    PutFile(modules / "@fontsource-variable/hl-wide/wght.css",
            Face("hl-wide-wght.woff2", "normal", "100 900", "U+0000-00FF"));
  }
  std::string Sheet(const std::string& query) {
    const auto wish = ParseFontSheetAddress("https://fonts.googleapis.com/css2?family=" + query);
    EXPECT_TRUE(wish) << query;
    return fonts_.Sheet(*wish).value_or("none");
  }

  const TemporaryDirectory project_;
  const NpmPackages packages_{project_.path()};
  const FontPackages fonts_{packages_};
};

TEST_F(FontPackagesTest, AnswersWithTheSubsetsOfTheWishedFaces) {
  const std::string sheet = Sheet("Hl+Test:ital,wght@0,400;1,700&display=block");
  EXPECT_THAT(sheet, HasSubstr("font-family: 'Hl Test';\n"));
  EXPECT_THAT(sheet, HasSubstr("font-display: block;"));
  EXPECT_THAT(sheet,
              HasSubstr("url(https://cdn.jsdelivr.net/npm/@fontsource/hl-test@5.0.1/files/"
                        "hl-latin-400.woff2) format('woff2');\n  unicode-range: U+0000-00FF;"));
  EXPECT_THAT(sheet, HasSubstr("unicode-range: U+0100-02BA;"));
  EXPECT_THAT(sheet, HasSubstr("font-style: italic;\n  font-weight: 700;"));
  EXPECT_THAT(Sheet("Hl+Test"), Not(HasSubstr("italic")));
}

TEST_F(FontPackagesTest, AVariableFontHasTheWeightsThatAreWished) {
  EXPECT_THAT(Sheet("Hl+Wide:wght@250"), HasSubstr("font-weight: 250;"));
  EXPECT_THAT(Sheet("Hl+Wide:wght@200..950"), HasSubstr("font-weight: 200 900;"));
  const auto package = fonts_.Find("Hl Wide");
  ASSERT_TRUE(package);
  EXPECT_EQ(package->package, "@fontsource-variable/hl-wide");
  EXPECT_THAT(
      FontFaceRules(*package, "Hl Other", nullptr, ""),
      HasSubstr("font-family: 'Hl Other';\n  font-style: normal;\n  font-weight: 100 900;"));
}

TEST_F(FontPackagesTest, HasNothingForWhatIsNotInstalled) {
  EXPECT_EQ(Sheet("Hl+Test&family=Hl+Unknown"), "none");
  EXPECT_EQ(Sheet("Hl+Test:wght@900"), "none");
  EXPECT_FALSE(fonts_.Find("../../secret"));
}

TEST(ParseFontSheet, TakesNoFileFromElsewhere) {
  EXPECT_TRUE(ParseFontSheet(Face("../../../x.woff2", "normal", "400", "U+0")).empty());
  EXPECT_TRUE(ParseFontSheet("@font-face { src: url(https://x/y.woff2) }").empty());
  EXPECT_TRUE(ParseFontSheet("@font-face { src: url(/etc/x) ").empty());
}

}  // namespace
}  // namespace hyperlocal
