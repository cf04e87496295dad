#include <algorithm>
#include <charconv>

#include "engine/composition/byte_range_internal.h"

namespace hyperlocal {
namespace {

// The whole of `text` as a number.
std::optional<std::uint64_t> Number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ByteRange> ParseByteRange(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view from = header.substr(0, dash), to = header.substr(dash + 1);
  if (from.empty()) {  // the last bytes
    const auto count = Number(to);
    if (!count) return std::nullopt;
    const std::uint64_t length = std::min(*count, size);
    return ByteRange{size - length, length};
  }
  const auto first = Number(from);
  const auto last = to.empty() ? UINT64_MAX : Number(to);
  if (!first || !last || *last < *first) return std::nullopt;
  if (*first >= size) return ByteRange{*first, 0};
  return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

}  // namespace hyperlocal
