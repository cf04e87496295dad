#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal {

// A file of an npm package, as content delivery networks address it.
struct NpmAddress {
  std::string package;     // gsap, @scope/name
  std::string version;     // 3.14.2, 3, ^3.1, latest; empty when the address leaves it open
  std::string path;        // dist/gsap.min.js; empty for the package's entry
  bool flat_path = false;  // cdnjs: `path` is relative to a directory that only cdnjs knows
  bool module = false;     // the package's ES module is meant, not its script for browsers
};

// Reads addresses of jsdelivr (/npm/, /+esm, esm.run), unpkg, cdnjs, esm.sh, skypack, jspm, and the
// libraries that serve themselves (code.jquery.com, d3js.org). Empty for any other address.
std::optional<NpmAddress> ParseNpmAddress(std::string_view url);

// The files of a jsdelivr address that asks for several in one (/combine/npm/A,npm/B); empty for
// any other address.
std::vector<NpmAddress> ParseCombinedNpmAddress(std::string_view url);

// The plain address of a file of a package, whose relative imports lead to files of the package.
std::string NpmFileAddress(std::string_view package, std::string_view version,
                           std::string_view path);

// Whether an installed version (major.minor.patch) is one that `wanted` names: equal, a prefix
// (3, 3.14), a caret or tilde range, latest, or nothing.
bool VersionSatisfies(std::string_view installed, std::string_view wanted);

}  // namespace hyperlocal
