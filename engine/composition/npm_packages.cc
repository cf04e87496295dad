#include "engine/composition/npm_packages.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include <nlohmann/json.hpp>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string TextOf(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Where the files lie that cdnjs serves from its flat directory.
constexpr const char* kFlatPlaces[] = {"",    "dist", "build",    "build/player",
                                       "lib", "umd",  "dist/umd", "dist/bundles"};

// Whether `file` is a file of the package, and not one that a link or a manifest leads to.
bool IsInside(const fs::path& directory, const fs::path& file) {
  std::error_code ec;
  if (!fs::is_regular_file(file, ec)) return false;
  const fs::path outer = fs::canonical(directory, ec);
  if (ec) return false;
  const fs::path inner = fs::canonical(file, ec);
  return !ec &&
         std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

// The file for browsers: what the networks serve for a bare package address.
std::string BrowserEntry(const json& manifest) {
  for (const char* name : {"jsdelivr", "unpkg", "browser", "main"}) {
    std::string entry = TextOf(manifest, name);
    if (!entry.empty()) return entry;
  }
  return "index.js";
}

bool SameMajor(const std::string& installed, const std::string& wanted) {
  const std::string digits = wanted.substr(wanted.find_first_of("0123456789") == std::string::npos
                                               ? wanted.size()
                                               : wanted.find_first_of("0123456789"));
  return installed.substr(0, installed.find('.')) == digits.substr(0, digits.find('.'));
}

}  // namespace

NpmPackages::NpmPackages(const fs::path& project) {
  roots_.push_back(project / "node_modules");
  if (const char* set = std::getenv("HYPERLOCAL_NODE_MODULES"); set != nullptr && *set != '\0') {
    roots_.emplace_back(set);
  }
  roots_.emplace_back(HYPERLOCAL_BUILD_NODE_MODULES);
}

std::optional<NpmFile> NpmPackages::Find(const NpmAddress& address) const {
  std::optional<NpmFile> second_best;
  for (const fs::path& root : roots_) {
    const fs::path directory = root / address.package;
    auto text = ReadWholeFile(directory / "package.json");
    if (!text) continue;
    auto manifest = ParseJson(*text, address.package + "/package.json");
    if (!manifest || !manifest->is_object()) continue;
    NpmFile found{{}, address.package, TextOf(*manifest, "version"), false};
    found.other_version = !VersionSatisfies(found.installed_version, address.version);
    if (found.other_version && !SameMajor(found.installed_version, address.version)) continue;

    const std::string path = address.path.empty() ? BrowserEntry(*manifest) : address.path;
    for (const char* place : kFlatPlaces) {
      const fs::path file = directory / place / path;
      if (IsInside(directory, file)) {
        found.file = file;
        break;
      }
      if (!address.flat_path) break;
    }
    if (found.file.empty()) continue;
    if (!found.other_version) return found;
    if (!second_best) second_best = found;
  }
  return second_best;
}

}  // namespace hyperlocal
