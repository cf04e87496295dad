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

// The file that a value of "exports" comes to for a browser that imports it.
std::string ImportedFile(const json& target) {
  if (target.is_string()) return target.get<std::string>();
  if (!target.is_object()) return "";
  for (const char* condition : {"browser", "module", "import", "default"}) {
    const auto found = target.find(condition);
    if (found == target.end()) continue;
    std::string file = ImportedFile(*found);
    if (!file.empty()) return file;
  }
  return "";
}

// The file that `import "PACKAGE"` (or, with a path, "PACKAGE/PATH") means in a browser; empty when
// the manifest does not say.
std::string ModuleEntry(const json& manifest, const std::string& path) {
  const std::string subpath = path.empty() ? "." : "./" + path;
  if (const auto exports = manifest.find("exports"); exports != manifest.end()) {
    const bool has_subpaths =
        exports->is_object() && !exports->empty() && exports->begin().key().starts_with('.');
    if (has_subpaths) {
      if (const auto found = exports->find(subpath); found != exports->end()) {
        return ImportedFile(*found);
      }
      for (const auto& [pattern, target] : exports->items()) {
        const std::size_t star = pattern.find('*');
        if (star == std::string::npos || pattern.size() > subpath.size()) continue;
        const std::string_view before(pattern.data(), star);
        const std::string_view after = std::string_view(pattern).substr(star + 1);
        if (!subpath.starts_with(before) || !subpath.ends_with(after)) continue;
        std::string file = ImportedFile(target);
        const std::size_t at = file.find('*');
        if (at == std::string::npos) continue;
        return file.replace(at, 1, subpath, star, subpath.size() - before.size() - after.size());
      }
    } else if (path.empty()) {
      return ImportedFile(*exports);
    }
  }
  if (!path.empty()) return path;
  for (const char* name : {"module", "jsnext:main"}) {
    std::string entry = TextOf(manifest, name);
    if (!entry.empty()) return entry;
  }
  if (TextOf(manifest, "type") != "module") return "";
  const std::string main = TextOf(manifest, "main");
  return main.empty() ? "index.js" : main;
}

// What else an address may mean: networks make the small form of a script that a package lacks,
// and complete a path that has no ending.
std::vector<std::string> Readings(const std::string& path) {
  std::vector<std::string> readings{path};
  for (const char* ending : {"js", "css", "mjs"}) {
    const std::string small = std::string(".min.") + ending;
    if (path.ends_with(small)) {
      readings.push_back(path.substr(0, path.size() - small.size() + 1) + ending);
    }
  }
  if (!path.empty() && fs::path(path).extension() == "") {
    readings.push_back(path + ".js");
    readings.push_back(path + "/index.js");
  }
  return readings;
}

bool SameMajor(const std::string& installed, const std::string& wanted) {
  const std::string digits = wanted.substr(wanted.find_first_of("0123456789") == std::string::npos
                                               ? wanted.size()
                                               : wanted.find_first_of("0123456789"));
  return installed.substr(0, installed.find('.')) == digits.substr(0, digits.find('.'));
}

}  // namespace

NpmPackages::NpmPackages(const fs::path& project, const std::vector<fs::path>& directories)
    : roots_(directories) {
  roots_.push_back(project / "node_modules");
  if (const char* set = std::getenv("HYPERLOCAL_NODE_MODULES"); set != nullptr && *set != '\0') {
    roots_.emplace_back(set);
  }
  roots_.emplace_back(HYPERLOCAL_BUILD_NODE_MODULES);
}

std::optional<NpmFile> NpmPackages::Find(const NpmAddress& address) const {
  std::optional<NpmFile> second_best;
  for (const fs::path& directory : Directories(address.package)) {
    auto text = ReadWholeFile(directory / "package.json");
    if (!text) continue;
    auto manifest = ParseJson(*text, address.package + "/package.json");
    if (!manifest || !manifest->is_object()) continue;
    NpmFile found{{}, address.package, TextOf(*manifest, "version"), false, {}};
    found.other_version = !VersionSatisfies(found.installed_version, address.version);
    if (found.other_version && !SameMajor(found.installed_version, address.version)) continue;

    const std::string path = address.module         ? ModuleEntry(*manifest, address.path)
                             : address.path.empty() ? BrowserEntry(*manifest)
                                                    : address.path;
    if (path.empty()) continue;
    for (const std::string& reading : Readings(path)) {
      for (const char* place : kFlatPlaces) {
        const fs::path file = directory / place / reading;
        if (found.file.empty() && IsInside(directory, file)) found.file = file.lexically_normal();
        if (!address.flat_path) break;
      }
    }
    if (found.file.empty()) continue;
    found.path = found.file.lexically_relative(directory.lexically_normal()).generic_string();
    if (!found.other_version) return found;
    if (!second_best) second_best = found;
  }
  return second_best;
}

std::vector<fs::path> NpmPackages::Directories(const std::string& package) const {
  std::vector<fs::path> found;
  std::error_code ec;
  for (const fs::path& root : roots_) {
    if (fs::is_regular_file(root / package / "package.json", ec)) found.push_back(root / package);
  }
  return found;
}

}  // namespace hyperlocal
