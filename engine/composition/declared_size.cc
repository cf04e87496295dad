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
  const std::size_t at = html.find("data-composition-id");
  if (at == std::string_view::npos) return {};
  const std::size_t begin = html.rfind('<', at);
  const std::size_t end = html.find('>', at);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  const std::string_view tag = html.substr(begin, end - begin);
  const auto width = NumberBehind(tag, "data-width");
  const auto height = NumberBehind(tag, "data-height");
  if (!width || !height) return {};
  return {*width, *height};
}

}  // namespace hyperlocal
