#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal {

// A file of an npm package, as content delivery networks address it.
struct NpmAddress {
  std::string package;     // gsap, @scope/name
  std::string version;     // 3.14.2, 3, ^3.1, latest; empty when the address leaves it open
  std::string path;        // dist/gsap.min.js; empty for the package's browser entry
  bool flat_path = false;  // cdnjs: `path` is relative to a directory that only cdnjs knows
};

// Reads addresses of jsdelivr (/npm/), unpkg, esm.sh-style ?raw paths excluded, and cdnjs. Empty
// for any other address.
std::optional<NpmAddress> ParseNpmAddress(std::string_view url);

// Whether an installed version (major.minor.patch) is one that `wanted` names: equal, a prefix
// (3, 3.14), a caret or tilde range, latest, or nothing.
bool VersionSatisfies(std::string_view installed, std::string_view wanted);

}  // namespace hyperlocal
