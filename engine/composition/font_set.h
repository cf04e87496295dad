#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/composition/font_packages.h"
#include "engine/error/result.h"

namespace hyperlocal {

// The deterministic set: families that every machine draws alike. Web fonts of the set come from
// the npm packages that we install, under their own names and under those of common system fonts
// that the published renderer lets them stand for; Liberation, Noto (with colour emoji and CJK) and
// DejaVu are Debian packages, which stand in the snapshot of a plan (FontSnapshotSha).

// Families that the texts of a project name and that the set can serve; not those for which the
// project has a face of its own. Sorted, as the project writes them.
struct NamedFamily {
  std::string name;    // as the page has to name it: Helvetica Neue
  std::string family;  // of the set: Inter
  bool operator==(const NamedFamily&) const = default;
};
std::vector<NamedFamily> FindNamedFamilies(std::string_view text);

// The same of all HTML, CSS, SVG, JavaScript and JSON below `directory`. Error: kIo.
Result<std::vector<NamedFamily>> FindFamiliesOfProject(const std::filesystem::path& directory);

// A style sheet that serves them, with every weight and style that the packages have; empty when
// there is nothing to serve. Those whose package is not installed are left out.
std::string FontSetSheet(const std::vector<NamedFamily>& families, const FontPackages& fonts);

// Where that sheet stands in a plan, below compiled/; a page that is opened there has it in every
// document (CompositionPage).
inline constexpr const char* kFontSetSheet = "__hyperlocal/fonts.css";

// Whether fonts of this family come with the system packages of the set.
bool IsInstalledFamilyOfSet(std::string_view family);
// Whether a family is one of those that CSS or the platform define (serif, system-ui), or one that
// fontconfig answers with a font of the set that has the same metrics (Arial, Times New Roman).
bool IsGenericFamily(std::string_view family);
bool HasMetricTwinInSet(std::string_view family);

// The names and versions of the set's installed packages: for the snapshot of a plan.
std::vector<std::string> FontSetPackages(const FontPackages& fonts);

}  // namespace hyperlocal
