#include "engine/composition/font_set.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "engine/composition/asset_lock.h"
#include "engine/file/file_tree.h"
#include "engine/file/whole_file.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// Longer texts are data, not style.
constexpr std::int64_t kLongestText = std::int64_t{4} << 20;

constexpr std::array<std::string_view, 18> kFamilies{
    "Inter",           "Montserrat",   "Outfit",
    "Nunito",          "Oswald",       "League Gothic",
    "Archivo Black",   "Space Mono",   "IBM Plex Mono",
    "JetBrains Mono",  "EB Garamond",  "Playfair Display",
    "Source Code Pro", "Noto Sans JP", "Roboto",
    "Open Sans",       "Lato",         "Poppins"};

// System fonts of other platforms, and what stands for them: as published, but for the families
// whose metric twins are installed (HasMetricTwinInSet).
struct StandIn {
  std::string_view name;
  std::string_view family;
};
constexpr std::array kStandIns{
    StandIn{"Helvetica Neue", "Inter"},
    StandIn{"SF Pro", "Inter"},
    StandIn{"SF Pro Display", "Inter"},
    StandIn{"SF Pro Text", "Inter"},
    StandIn{"SF Pro Rounded", "Inter"},
    StandIn{"Avenir", "Inter"},
    StandIn{"Avenir Next", "Inter"},
    StandIn{"Lucida Grande", "Inter"},
    StandIn{"Lucida Sans", "Inter"},
    StandIn{"Lucida Sans Unicode", "Inter"},
    StandIn{"Geneva", "Inter"},
    StandIn{"Optima", "Inter"},
    StandIn{"Verdana", "Inter"},
    StandIn{"Tahoma", "Inter"},
    StandIn{"Trebuchet MS", "Inter"},
    StandIn{"Calibri", "Inter"},
    StandIn{"Candara", "Inter"},
    StandIn{"Corbel", "Inter"},
    StandIn{"Segoe UI", "Roboto"},
    StandIn{"Futura", "Montserrat"},
    StandIn{"DIN Alternate", "Montserrat"},
    StandIn{"Arial Black", "Montserrat"},
    StandIn{"Bebas Neue", "League Gothic"},
    StandIn{"SF Mono", "JetBrains Mono"},
    StandIn{"Menlo", "JetBrains Mono"},
    StandIn{"Monaco", "JetBrains Mono"},
    StandIn{"Consolas", "JetBrains Mono"},
    StandIn{"Lucida Console", "JetBrains Mono"},
    StandIn{"Lucida Sans Typewriter", "JetBrains Mono"},
    StandIn{"Andale Mono", "JetBrains Mono"},
    StandIn{"Garamond", "EB Garamond"},
    StandIn{"Georgia", "EB Garamond"},
    StandIn{"Palatino", "EB Garamond"},
    StandIn{"Palatino Linotype", "EB Garamond"},
    StandIn{"Book Antiqua", "EB Garamond"},
    StandIn{"Cambria", "EB Garamond"},
    StandIn{"Noto Sans Japanese", "Noto Sans JP"},
};

constexpr std::array<std::string_view, 15> kGeneric{
    "serif",         "sans-serif",         "monospace", "cursive",    "fantasy",
    "system-ui",     "ui-sans-serif",      "ui-serif",  "ui-rounded", "ui-monospace",
    "-apple-system", "blinkmacsystemfont", "emoji",     "math",       "fangsong"};

constexpr std::array<std::string_view, 7> kMetricTwins{
    "arial", "helvetica", "times", "times new roman", "courier", "courier new", "arial narrow"};

constexpr char kBetweenFiles = '\0';

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool IsWordCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_' || c == '-';
}

bool HasWord(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !IsWordCharacter(text[at - 1]);
    if (begins && (end == text.size() || !IsWordCharacter(text[end]))) return true;
  }
  return false;
}

// The text between quotes, or up to the end of a value.
std::string_view NameAt(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
    text.remove_prefix(1);
  }
  if (text.empty()) return text;
  const char quote = text.front();
  if (quote == '"' || quote == '\'' || quote == '`') {
    return text.substr(1,
                       text.find(quote, 1) == std::string_view::npos ? 0 : text.find(quote, 1) - 1);
  }
  text = text.substr(0, text.find_first_of(";}\n"));
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Whether what stands at `at` of a style sheet is imported by a rule that browsers pass over, since
// other rules are before it.
bool IsVoidImport(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestRuleBegin = 24;  // @import url("https://
  const std::size_t from = at < kLongestRuleBegin ? 0 : at - kLongestRuleBegin;
  const std::size_t import = text.substr(from, at - from).rfind("@import");
  if (import == std::string_view::npos) return false;
  std::string_view before = text.substr(0, from + import);
  const std::size_t file = before.rfind(kBetweenFiles);
  if (file != std::string_view::npos) before.remove_prefix(file + 1);
  const std::size_t style = before.rfind("<style");
  if (style != std::string_view::npos) before.remove_prefix(style);
  return before.find('{') != std::string_view::npos;
}

// Families that a text in lower case has faces for: rules, FontFace objects, and style sheets of
// the font service.
std::set<std::string> OwnFaces(std::string_view text) {
  std::set<std::string> own;
  for (std::size_t at = text.find("@font-face"); at != std::string_view::npos;
       at = text.find("@font-face", at + 1)) {
    const std::string_view rule = text.substr(at, text.find('}', at) - at);
    const std::size_t family = rule.find("font-family:");
    if (family != std::string_view::npos) own.emplace(NameAt(rule.substr(family + 12)));
  }
  for (std::size_t at = text.find("fontface("); at != std::string_view::npos;
       at = text.find("fontface(", at + 1)) {
    own.emplace(NameAt(text.substr(at + 9)));
  }
  for (std::size_t at = text.find("fonts.googleapis.com/css"); at != std::string_view::npos;
       at = text.find("fonts.googleapis.com/css", at + 1)) {
    if (IsVoidImport(text, at)) continue;
    std::string url = "https://";
    for (const char c : text.substr(at, text.find_first_of("\"'`)> \n", at) - at)) url += c;
    for (std::size_t amp; (amp = url.find("&amp;")) != std::string::npos;) url.replace(amp, 5, "&");
    if (const auto sheet = ParseFontSheetAddress(url)) {
      for (const FontFamilyWish& wish : sheet->families) own.insert(Lower(wish.family));
    }
  }
  return own;
}

bool IsText(const fs::path& file) {
  const std::string ending = Lower(file.extension().string());
  for (const char* text : {".html", ".htm", ".css", ".svg", ".js", ".mjs", ".cjs", ".json"}) {
    if (ending == text) return true;
  }
  return false;
}

}  // namespace

std::vector<NamedFamily> FindNamedFamilies(std::string_view text) {
  const std::string lower = Lower(text);
  const std::set<std::string> own = OwnFaces(lower);
  std::vector<NamedFamily> found;
  const auto look = [&](std::string_view name, std::string_view family) {
    const std::string key = Lower(name);
    if (!own.contains(key) && HasWord(lower, key)) {
      found.push_back({std::string(name), std::string(family)});
    }
  };
  for (const std::string_view family : kFamilies) look(family, family);
  for (const StandIn& row : kStandIns) look(row.name, row.family);
  std::sort(found.begin(), found.end(),
            [](const NamedFamily& a, const NamedFamily& b) { return a.name < b.name; });
  return found;
}

Result<std::vector<NamedFamily>> FindFamiliesOfProject(const fs::path& directory) {
  HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(directory));
  std::string all;
  for (const TreeFile& file : files) {
    if (file.path == AssetLock::kFile) continue;  // addresses, not style
    if (!IsText(file.path) || static_cast<std::int64_t>(file.size_bytes) > kLongestText) continue;
    HYPERLOCAL_TRY(const std::string text, ReadWholeFile(directory / file.path));
    all += text;
    all += kBetweenFiles;
  }
  return FindNamedFamilies(all);
}

std::string FontSetSheet(const std::vector<NamedFamily>& families, const FontPackages& fonts) {
  std::string sheet;
  for (const NamedFamily& family : families) {
    if (const auto package = fonts.Find(family.family)) {
      sheet += FontFaceRules(*package, family.name, nullptr, "block");
    }
  }
  return sheet;
}

bool IsInstalledFamilyOfSet(std::string_view family) {
  const std::string lower = Lower(family);
  return lower.starts_with("liberation ") || lower.starts_with("noto ") ||
         lower.starts_with("dejavu ");
}

bool IsGenericFamily(std::string_view family) {
  return std::find(kGeneric.begin(), kGeneric.end(), Lower(family)) != kGeneric.end();
}

bool HasMetricTwinInSet(std::string_view family) {
  return std::find(kMetricTwins.begin(), kMetricTwins.end(), Lower(family)) != kMetricTwins.end();
}

std::vector<std::string> FontSetPackages(const FontPackages& fonts) {
  std::vector<std::string> packages;
  for (const std::string_view family : kFamilies) {
    if (const auto package = fonts.Find(family)) {
      packages.push_back(package->package + "@" + package->version);
    }
  }
  return packages;
}

}  // namespace hyperlocal
