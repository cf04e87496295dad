#include "tests/structure/include_graph.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;

// A top-level folder and the beginnings of the paths that its production code may include, besides
// its own.
struct Folder {
  std::string_view name;
  std::vector<std::string_view> may_include;
};

const std::vector<Folder>& Folders() {
  static const std::vector<Folder> folders{
      {"engine/", {}},
      {"orchestrator/", {"engine/error/", "engine/clock", "engine/http_caller"}},
      {"adapters/", {"engine/"}},
      {"fakes/", {"engine/", "orchestrator/"}},
      {"golden/", {"engine/"}},
      {"cli/", {"engine/", "orchestrator/", "adapters/", "fakes/", "golden/"}},
      {"tests/", {""}},
      {"bench/", {""}},
  };
  return folders;
}

// A header of somebody else's (the beginning of its name) that our own headers must not pass on.
constexpr std::array<std::string_view, 28> kThirdParty{
    "nlohmann/",    "fmt/",         "spdlog/",     "CLI/",           "yaml-cpp/",    "openssl/",
    "httplib.h",    "sqlite3.h",    "archive.h",   "archive_entry",  "turbojpeg.h",  "jpeglib.h",
    "libdeflate.h", "png.h",        "zlib.h",      "libavcodec/",    "libavformat/", "libavutil/",
    "libavfilter/", "libavdevice/", "libswscale/", "libswresample/", "x264.h",       "x265.h",
    "gtest/",       "gmock/",       "rapidcheck",  "benchmark/"};
constexpr std::string_view kForwardDeclarations = "nlohmann/json_fwd.hpp";

bool IsTest(std::string_view file) {
  return file.ends_with("_test.cc") || file.ends_with("_test_support.h") ||
         file.starts_with("tests/") || file.starts_with("bench/");
}

bool IsLibav(std::string_view target) {
  return target.starts_with("libav") || target.starts_with("libsw");
}

std::string Violation(const IncludeLine& include, std::string_view rule) {
  return fmt::format("{}:{}: includes {}: {}", include.file, include.line, include.target, rule);
}

const Folder* FolderOf(std::string_view path) {
  for (const Folder& folder : Folders()) {
    if (path.starts_with(folder.name)) return &folder;
  }
  return nullptr;
}

// The target of an #include with the sign that opens it, `"a.h` or `<a.h`; nothing on other lines.
// By hand: GCC 12 warns of std::regex under its sanitizers.
std::optional<std::string> IncludeTarget(std::string_view text) {
  const auto skip = [&text](std::string_view word) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  };
  if (!skip("#") || !skip("include") || !skip("")) return std::nullopt;
  if (!text.starts_with('<') && !text.starts_with('"')) return std::nullopt;
  const std::size_t end = text.find_first_of(">\"", 1);
  if (end == std::string_view::npos || end == 1) return std::nullopt;
  return std::string(text.substr(0, end));
}

std::vector<IncludeLine> IncludesOf(const fs::path& root, const fs::path& file) {
  std::vector<IncludeLine> includes;
  std::ifstream in(file);
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    const std::optional<std::string> target = IncludeTarget(text);
    if (!target) continue;
    includes.push_back({.file = file.lexically_relative(root).generic_string(),
                        .line = line,
                        .target = target->substr(1),
                        .quoted = target->front() == '"'});
  }
  return includes;
}

}  // namespace

Result<std::vector<IncludeLine>> ReadIncludes(const fs::path& root) {
  std::vector<IncludeLine> includes;
  for (const Folder& folder : Folders()) {
    const fs::path start = root / folder.name;
    std::error_code error;
    if (!fs::is_directory(start, error)) continue;
    for (fs::recursive_directory_iterator entry(start, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      // Packages that were installed for a benchmark, and a consumer that sees our headers as a
      // stranger does.
      if (name == "node_modules" || name == "consumer") {
        entry.disable_recursion_pending();
        continue;
      }
      if (!name.ends_with(".h") && !name.ends_with(".cc")) continue;
      const std::vector<IncludeLine> found = IncludesOf(root, entry->path());
      includes.insert(includes.end(), found.begin(), found.end());
    }
    if (error) {
      return Error{ErrorCode::kIo,
                   fmt::format("cannot walk {}: {}", start.string(), error.message())};
    }
  }
  std::sort(includes.begin(), includes.end(), [](const IncludeLine& a, const IncludeLine& b) {
    return std::tie(a.file, a.line) < std::tie(b.file, b.line);
  });
  return includes;
}

std::vector<std::string> FolderViolations(const std::vector<IncludeLine>& includes) {
  std::vector<std::string> violations;
  for (const IncludeLine& include : includes) {
    if (!include.quoted) {
      if (FolderOf(include.target) != nullptr) {
        violations.push_back(Violation(include, "our own headers stand in quotes"));
      }
      continue;
    }
    const Folder* const from = FolderOf(include.file);
    if (from == nullptr) continue;
    if (FolderOf(include.target) == nullptr) {
      violations.push_back(Violation(include, "quotes are for paths from the repository's root"));
      continue;
    }
    if (include.target.starts_with(from->name)) continue;
    // A test beside the code may use what the tests share, and only that.
    if (IsTest(include.file) && include.target.starts_with("tests/support/")) continue;
    const auto allows = [&](std::string_view beginning) {
      return include.target.starts_with(beginning);
    };
    if (std::none_of(from->may_include.begin(), from->may_include.end(), allows)) {
      violations.push_back(
          Violation(include, from->may_include.empty()
                                 ? fmt::format("{} may include nothing else of ours", from->name)
                                 : fmt::format("{} may include only {}", from->name,
                                               fmt::join(from->may_include, ", "))));
    }
  }
  return violations;
}

std::vector<std::string> ThirdPartyViolations(const std::vector<IncludeLine>& includes) {
  std::vector<std::string> violations;
  std::map<std::string, std::set<std::string>> httplib_by_folder;
  for (const IncludeLine& include : includes) {
    if (include.quoted) continue;
    const bool is_header = include.file.ends_with(".h");
    const bool internal = include.file.ends_with("_internal.h");  // not installed
    if (IsLibav(include.target) && !include.file.starts_with("engine/av/")) {
      violations.push_back(Violation(include, "only engine/av/ may include libav"));
    }
    if (include.target == "httplib.h") {
      if (is_header) {
        violations.push_back(Violation(include, "it is 10,000 lines; keep it in one .cc a folder"));
      } else if (!IsTest(include.file)) {
        const std::string folder = fs::path(include.file).parent_path().generic_string();
        std::set<std::string>& files = httplib_by_folder[folder];
        files.insert(include.file);
        if (files.size() > 1) {
          violations.push_back(Violation(
              include, fmt::format("{}/ already includes it in {}", folder, *files.begin())));
        }
      }
      continue;
    }
    const auto begins = [&](std::string_view name) { return include.target.starts_with(name); };
    if (is_header && !internal && !IsTest(include.file) && include.target != kForwardDeclarations &&
        std::any_of(kThirdParty.begin(), kThirdParty.end(), begins)) {
      violations.push_back(
          Violation(include, "third-party headers stay out of ours (but nlohmann/json_fwd.hpp)"));
    }
  }
  return violations;
}

std::vector<std::string> FoldersWithoutReadme(const fs::path& root) {
  std::vector<std::string> names{"examples/"};
  for (const Folder& folder : Folders()) names.emplace_back(folder.name);
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    std::error_code ignored;
    if (fs::is_directory(root / name, ignored) &&
        !fs::is_regular_file(root / name / "README.md", ignored)) {
      missing.push_back(name);
    }
  }
  return missing;
}

}  // namespace hyperlocal::testing
