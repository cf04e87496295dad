#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/composition/google_fonts.h"
#include "engine/composition/npm_packages.h"
#include "engine/error/result.h"

namespace hyperlocal {

// One @font-face of an installed font package: a subset of a style, in one weight or, of a variable
// font, in a range of them.
struct FontFace {
  bool italic = false;
  int lightest = 400;
  int heaviest = 400;
  std::string file;           // within the package
  std::string unicode_range;  // as CSS has it; empty: all
};

// A family as one npm package has it.
struct FontPackage {
  std::string package;  // @fontsource-variable/inter
  std::string version;
  std::vector<FontFace> faces;
};

// Fonts that npm packages of @fontsource and @fontsource-variable bring along.
class FontPackages {
 public:
  explicit FontPackages(const NpmPackages& packages) : packages_(packages) {}

  // The package of a family, which is named as Google Fonts names it; nothing when none is
  // installed. A variable one comes before one of single weights, since it is what Google Fonts
  // serves.
  std::optional<FontPackage> Find(std::string_view family) const;

  // A style sheet with the faces that are wished, as Google Fonts would answer: the files are at
  // their NpmFileAddress. Nothing when a family is not installed, or has none of its faces.
  std::optional<std::string> Sheet(const FontSheetWish& wish) const;

 private:
  const NpmPackages& packages_;
};

// Rules for the faces of a package under the name of a family; with `wish`, those that it wants,
// else all of them. `display` may be empty.
std::string FontFaceRules(const FontPackage& package, std::string_view family,
                          const std::vector<FontFaceWish>* wish, std::string_view display);

// What follows @fontsource/ in the name of a family's package: playfair-display.
std::string FontPackageId(std::string_view family);

// The faces of a style sheet as such packages have it.
std::vector<FontFace> ParseFontSheet(std::string_view css);

}  // namespace hyperlocal
