#include "engine/composition/font_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/composition/text_fonts.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

std::string Names(const std::string& text) {
  std::string names;
  for (const NamedFamily& family : FindNamedFamilies(text)) {
    names += (names.empty() ? "" : ", ") + family.name;
    if (family.name != family.family) names += " as " + family.family;
  }
  return names;
}

TEST(FindNamedFamilies, FindsThemWhereverTheyAreNamed) {
  EXPECT_EQ(Names("<style>h1 { font-family: 'inter', sans-serif }</style>"), "Inter");
  EXPECT_EQ(Names("context.font = '40px \"Space Mono\"'"), "Space Mono");
  EXPECT_EQ(Names("font: 12px Segoe UI"), "Segoe UI as Roboto");
  EXPECT_EQ(Names("gsap.utils.interpolate(1); .inter-title {} _inter"), "");
  EXPECT_EQ(Names("font-family: Arial, 'Times New Roman'"), "");  // Debian's have their metrics
}

TEST(FindNamedFamilies, LeavesAFamilyToAProjectThatHasFacesOfIt) {
  const std::string used = " h1 { font-family: Inter, Lato } ";
  EXPECT_EQ(Names("@font-face { font-family: \"Inter\"; src: url(x.woff2) }" + used), "Lato");
  EXPECT_EQ(Names("@font-face{font-family:Inter;src:url(x)}" + used), "Lato");
  EXPECT_EQ(Names("document.fonts.add(new FontFace('Inter', 'url(x)'))" + used), "Lato");
  EXPECT_EQ(Names("<link href=\"https://fonts.googleapis.com/css2?family=Inter:wght@400&amp;"
                  "family=Roboto\">" +
                  used),
            "Lato");
}

TEST(FindNamedFamilies, TakesNoImportForAFaceThatBrowsersPassOver) {
  const std::string import = "@import url(\"https://fonts.googleapis.com/css2?family=Inter\");";
  const std::string used = " h1 { font-family: Inter, Lato } ";
  EXPECT_EQ(Names(import + used), "Lato");
  EXPECT_EQ(Names("<style>a { color: red }</style><style>" + import + used), "Lato");
  EXPECT_EQ(Names(used + import), "Inter, Lato");
  EXPECT_EQ(Names("<style>" + used + import), "Inter, Lato");
}

TEST(FindFamiliesOfProject, ReadsItsTextsOnly) {
  const TemporaryDirectory project;
  PutFile(project / "index.html", "<p>");
  PutFile(project / "css/a.css", "p { font-family: Outfit }");
  PutFile(project / "a.bin", "Inter");
  PutFile(project / "hyperlocal-assets.lock.json", "Lato");
  const auto found = FindFamiliesOfProject(project.path());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().name, "Outfit");
}

TEST(FontSet, EveryFamilyIsInstalledAndServedUnderTheNameThatIsUsed) {
  const NpmPackages packages("/nowhere");
  const FontPackages fonts(packages);
  EXPECT_EQ(FontSetPackages(fonts).size(), 18U);
  const std::string sheet = FontSetSheet({{"Segoe UI", "Roboto"}}, fonts);
  EXPECT_THAT(sheet, HasSubstr("font-family: 'Segoe UI'"));
  EXPECT_THAT(sheet, HasSubstr("@fontsource-variable/roboto@"));
}

TEST(FontComplaint, NamesTheElementAndTheFont) {
  const TextFonts foreign{"<h1>", {"Ubuntu", "serif"}, false, {{"Ubuntu", false}}};
  EXPECT_THAT(FontComplaint(foreign), HasSubstr("<h1> (font-family: Ubuntu) is drawn with Ubuntu"));
  const TextFonts absent{"<p>", {"Brand", "serif"}, false, {{"Liberation Serif", false}}};
  EXPECT_THAT(FontComplaint(absent), HasSubstr("<p> asks for the font Brand"));
}

TEST(FontComplaint, HasNothingAgainstWhatEveryMachineHas) {
  for (const TextFonts& text : {
           TextFonts{"<p>", {"Brand"}, true, {{"Brand", true}}},
           TextFonts{"<p>", {"Brand"}, true, {{"Brand", true}, {"Noto Color Emoji", false}}},
           TextFonts{"<p>", {"system-ui"}, false, {{"DejaVu Sans", false}}},
           TextFonts{"<p>", {"Arial", "x"}, false, {{"Liberation Sans", false}}},
           TextFonts{"<p>", {"liberation mono"}, false, {{"Liberation Mono", false}}},
           TextFonts{"<p>", {"Brand"}, false, {}},
       }) {
    EXPECT_EQ(FontComplaint(text), "");
  }
}

}  // namespace
}  // namespace hyperlocal
