#include "engine/composition/font_packages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <system_error>

#include <nlohmann/json.hpp>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// The value of a property in the text of one @font-face.
std::string_view ValueOf(std::string_view block, std::string_view property) {
  const std::string with_colon = std::string(property) + ":";
  std::size_t at = block.find(with_colon);
  while (at != std::string_view::npos && at > 0 &&
         (std::isalnum(static_cast<unsigned char>(block[at - 1])) != 0 || block[at - 1] == '-')) {
    at = block.find(with_colon, at + 1);
  }
  if (at == std::string_view::npos) return {};
  std::string_view value = block.substr(at + with_colon.size());
  value = value.substr(0, value.find(';'));
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

// "url(./files/inter-latin-400-normal.woff2) format('woff2'), …": the first file.
std::string FileOf(std::string_view source) {
  constexpr std::string_view kUrl = "url(";
  const std::size_t at = source.find(kUrl);
  if (at == std::string_view::npos) return "";
  std::string_view file = source.substr(at + kUrl.size());
  file = file.substr(0, file.find(')'));
  while (!file.empty() && (file.front() == '"' || file.front() == '\'')) file.remove_prefix(1);
  while (!file.empty() && (file.back() == '"' || file.back() == '\'')) file.remove_suffix(1);
  if (file.starts_with("./")) file.remove_prefix(2);
  const bool elsewhere = file.starts_with('/') || file.find(':') != std::string_view::npos ||
                         file.find("..") != std::string_view::npos;
  return elsewhere ? "" : std::string(file);
}

// The style sheets of a package that hold its faces, each once.
std::vector<fs::path> SheetsOf(const fs::path& directory, bool variable) {
  std::vector<fs::path> sheets;
  std::error_code ec;
  if (variable) {
    // Of the axes the weight is the one that style sheets ask for.
    for (const char* name : {"wght.css", "wght-italic.css"}) {
      if (fs::is_regular_file(directory / name, ec)) sheets.push_back(directory / name);
    }
    if (sheets.empty() && fs::is_regular_file(directory / "index.css", ec)) {
      sheets.push_back(directory / "index.css");
    }
    return sheets;
  }
  for (int weight = 100; weight <= 900; weight += 100) {
    for (const char* ending : {".css", "-italic.css"}) {
      fs::path sheet = directory / (std::to_string(weight) + ending);
      if (fs::is_regular_file(sheet, ec)) sheets.push_back(std::move(sheet));
    }
  }
  return sheets;
}

std::optional<FontPackage> ReadFontPackage(const std::string& name, const fs::path& directory,
                                           bool variable) {
  const auto text = ReadWholeFile(directory / "package.json");
  const auto manifest = text ? ParseJson(*text, "package.json") : Result<nlohmann::json>(Error{});
  if (!manifest || !manifest->is_object()) return std::nullopt;
  const auto version = manifest->find("version");
  if (version == manifest->end() || !version->is_string()) return std::nullopt;
  FontPackage package{name, version->get<std::string>(), {}};
  for (const fs::path& sheet : SheetsOf(directory, variable)) {
    const auto css = ReadWholeFile(sheet);
    if (!css) continue;
    for (FontFace& face : ParseFontSheet(*css)) package.faces.push_back(std::move(face));
  }
  if (package.faces.empty()) return std::nullopt;
  return package;
}

}  // namespace

std::string FontPackageId(std::string_view family) {
  std::string id;
  for (const char c : family) {
    const auto byte = static_cast<unsigned char>(c);
    id += c == ' ' ? '-' : static_cast<char>(std::tolower(byte));
  }
  return id;
}

std::vector<FontFace> ParseFontSheet(std::string_view css) {
  std::vector<FontFace> faces;
  constexpr std::string_view kRule = "@font-face";
  for (std::size_t at = css.find(kRule); at != std::string_view::npos;
       at = css.find(kRule, at + kRule.size())) {
    const std::size_t open = css.find('{', at);
    const std::size_t close = css.find('}', at);
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) break;
    const std::string_view block = css.substr(open + 1, close - open - 1);
    FontFace face;
    face.italic = ValueOf(block, "font-style").starts_with("italic");
    const std::string_view weight = ValueOf(block, "font-weight");
    const char* const end = weight.data() + weight.size();
    const auto [after, error] = std::from_chars(weight.data(), end, face.lightest);
    face.heaviest = face.lightest;
    if (error == std::errc{} && after != end) {
      (void)std::from_chars(after + 1, end, face.heaviest);
    }
    face.file = FileOf(ValueOf(block, "src"));
    face.unicode_range = ValueOf(block, "unicode-range");
    if (!face.file.empty()) faces.push_back(std::move(face));
  }
  return faces;
}

std::optional<FontPackage> FontPackages::Find(std::string_view family) const {
  const std::string id = FontPackageId(family);
  if (id.empty() || id.find('/') != std::string::npos || id.find("..") != std::string::npos) {
    return std::nullopt;
  }
  for (const bool variable : {true, false}) {
    const std::string name = (variable ? "@fontsource-variable/" : "@fontsource/") + id;
    for (const fs::path& directory : packages_.Directories(name)) {
      if (auto package = ReadFontPackage(name, directory, variable)) return package;
    }
  }
  return std::nullopt;
}

std::string FontFaceRules(const FontPackage& package, std::string_view family,
                          const std::vector<FontFaceWish>* wishes, std::string_view display) {
  std::string rules;
  const auto add = [&](const FontFace& face, int lightest, int heaviest) {
    rules += fmt::format(
        "@font-face {{\n  font-family: '{}';\n  font-style: {};\n  font-weight: {};\n{}"
        "  src: url({}) format('woff2');\n{}}}\n",
        family, face.italic ? "italic" : "normal",
        lightest == heaviest ? std::to_string(lightest) : fmt::format("{} {}", lightest, heaviest),
        display.empty() ? "" : fmt::format("  font-display: {};\n", display),
        NpmFileAddress(package.package, package.version, face.file),
        face.unicode_range.empty() ? ""
                                   : fmt::format("  unicode-range: {};\n", face.unicode_range));
  };
  if (wishes == nullptr) {
    for (const FontFace& face : package.faces) add(face, face.lightest, face.heaviest);
    return rules;
  }
  for (const FontFaceWish& wish : *wishes) {
    for (const FontFace& face : package.faces) {
      const int lightest = std::max(face.lightest, wish.lightest);
      const int heaviest = std::min(face.heaviest, wish.heaviest);
      if (face.italic == wish.italic && lightest <= heaviest) add(face, lightest, heaviest);
    }
  }
  return rules;
}

std::optional<std::string> FontPackages::Sheet(const FontSheetWish& wish) const {
  std::string sheet;
  for (const FontFamilyWish& family : wish.families) {
    const auto package = Find(family.family);
    if (!package) return std::nullopt;
    const std::string rules = FontFaceRules(*package, family.family, &family.faces, wish.display);
    if (rules.empty()) return std::nullopt;
    sheet += rules;
  }
  return sheet;
}

}  // namespace hyperlocal
