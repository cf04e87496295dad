#include "engine/composition/declared_size.h"

#include <charconv>
#include <optional>

namespace hyperlocal {
namespace {

std::optional<int> NumberBehind(std::string_view tag, std::string_view name) {
  std::size_t at = tag.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  at = tag.find_first_not_of(" \t\r\n=\"'", at + name.size());
  if (at == std::string_view::npos) return std::nullopt;
  int value = 0;
  const auto parsed = std::from_chars(tag.data() + at, tag.data() + tag.size(), value);
  if (parsed.ec != std::errc{} || value <= 0 || value > 16384) return std::nullopt;
  return value;
}

}  // namespace

DeclaredSize FindDeclaredSize(std::string_view html) {
  // Style sheets and scripts name the attribute too, mostly before the element that has it.
  constexpr std::string_view kId = "data-composition-id";
  for (std::size_t at = 0; (at = html.find(kId, at)) != std::string_view::npos; at += kId.size()) {
    const std::size_t begin = html.rfind('<', at);
    const std::size_t end = html.find('>', at);
    if (begin == std::string_view::npos || end == std::string_view::npos) continue;
    const std::string_view tag = html.substr(begin, end - begin);
    const auto width = NumberBehind(tag, "data-width");
    const auto height = NumberBehind(tag, "data-height");
    if (width && height) {
      return {*width, *height, NumberBehind(tag, "data-fps").value_or(0), true};
    }
  }
  return {};
}

}  // namespace hyperlocal
