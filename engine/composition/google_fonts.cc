#include "engine/composition/google_fonts.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/http/http_message.h"

namespace hyperlocal {
namespace {

constexpr int kRegular = 400, kBold = 700;

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<int> Weight(std::string_view text) {
  int weight = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (error != std::errc{} || end != text.data() + text.size() || weight < 1 || weight > 1000) {
    return std::nullopt;
  }
  return weight;
}

// css2: "Inter:ital,wght@0,400;1,700" and "Inter:wght@100..900"; axes other than these two are
// those of the font itself, and left to it.
std::optional<FontFamilyWish> FamilyOfCss2(std::string_view text) {
  FontFamilyWish wish;
  const std::size_t colon = text.find(':');
  wish.family = text.substr(0, colon);
  if (colon == std::string_view::npos) {
    wish.faces.push_back({});
    return wish;
  }
  const std::string_view rest = text.substr(colon + 1);
  const std::size_t at = rest.find('@');
  const std::vector<std::string_view> axes = Split(rest.substr(0, at), ',');
  if (at == std::string_view::npos) {
    const bool italic = std::find(axes.begin(), axes.end(), "ital") != axes.end();
    wish.faces.push_back({italic, kRegular, kRegular});
    return wish;
  }
  for (const std::string_view tuple : Split(rest.substr(at + 1), ';')) {
    const std::vector<std::string_view> values = Split(tuple, ',');
    if (values.size() != axes.size()) return std::nullopt;
    FontFaceWish face;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (axes[i] == "ital") face.italic = values[i] == "1";
      if (axes[i] != "wght") continue;
      const std::size_t dots = values[i].find("..");
      const auto lightest = Weight(values[i].substr(0, dots));
      const auto heaviest =
          dots == std::string_view::npos ? lightest : Weight(values[i].substr(dots + 2));
      if (!lightest || !heaviest || *lightest > *heaviest) return std::nullopt;
      face.lightest = *lightest;
      face.heaviest = *heaviest;
    }
    wish.faces.push_back(face);
  }
  return wish;
}

// css: "Open Sans:400,700italic,bi"
FontFamilyWish FamilyOfCss(std::string_view text) {
  FontFamilyWish wish;
  const std::size_t colon = text.find(':');
  wish.family = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view list = text.substr(colon + 1);
    for (std::string_view variant : Split(list.substr(0, list.find(':')), ',')) {
      FontFaceWish face;
      for (const std::string_view italic : {"italic", "i"}) {
        if (!variant.ends_with(italic)) continue;
        face.italic = true;
        variant.remove_suffix(italic.size());
        break;
      }
      if (variant == "b" || variant == "bold") {
        face.lightest = kBold;
      } else if (const auto weight = Weight(variant)) {
        face.lightest = *weight;
      } else if (!variant.empty() && variant != "regular" && variant != "normal" &&
                 variant != "r") {
        continue;
      }
      face.heaviest = face.lightest;
      wish.faces.push_back(face);
    }
  }
  if (wish.faces.empty()) wish.faces.push_back({});
  return wish;
}

std::string Decoded(std::string text) {
  std::replace(text.begin(), text.end(), '+', ' ');
  return PercentDecode(text).value_or(text);
}

bool Skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<FontSheetWish> ParseFontSheetAddress(std::string_view url) {
  std::string_view rest = url.substr(0, url.find('#'));
  if (!Skip(rest, "https://") && !Skip(rest, "http://")) return std::nullopt;
  if (!Skip(rest, "fonts.googleapis.com/")) return std::nullopt;
  const bool second = Skip(rest, "css2?");
  if (!second && !Skip(rest, "css?")) return std::nullopt;
  FontSheetWish sheet;
  for (const std::string_view parameter : Split(rest, '&')) {
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = parameter.substr(0, equals);
    const std::string value = Decoded(std::string(parameter.substr(equals + 1)));
    if (name == "display") sheet.display = value;
    if (name != "family") continue;
    if (second) {
      auto family = FamilyOfCss2(value);
      if (!family) return std::nullopt;
      sheet.families.push_back(std::move(*family));
    } else {
      for (const std::string_view family : Split(value, '|')) {
        sheet.families.push_back(FamilyOfCss(family));
      }
    }
  }
  const auto nameless = [](const FontFamilyWish& wish) { return wish.family.empty(); };
  if (sheet.families.empty() ||
      std::any_of(sheet.families.begin(), sheet.families.end(), nameless)) {
    return std::nullopt;
  }
  return sheet;
}

std::string FontFileFamily(std::string_view url) {
  if (!Skip(url, "https://fonts.gstatic.com/s/")) return "";
  const std::size_t slash = url.find('/');
  return slash == std::string_view::npos ? "" : std::string(url.substr(0, slash));
}

bool IsWebFontAddress(std::string_view url) {
  if (!Skip(url, "https://") && !Skip(url, "http://")) return false;
  return url.starts_with("fonts.googleapis.com/") || url.starts_with("fonts.gstatic.com/");
}

}  // namespace hyperlocal
