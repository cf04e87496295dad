#include <charconv>
#include <string>

#include "fakes/gcs/server/content_range_internal.h"

namespace hyperlocal::gcs {
namespace {

// A number or, where the outer optional is set and the inner is not, a star. Sizes stay below 2^63,
// so that sums of them do not wrap.
struct Bound {
  std::optional<std::uint64_t> value;
};

std::optional<Bound> ParseBound(std::string_view text) {
  if (text == "*") return Bound{};
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number > INT64_MAX) return std::nullopt;
  return Bound{number};
}

Error Bad(std::string_view text, std::string_view problem) {
  return Error{ErrorCode::kBadRequest, "Invalid Content-Range header \"" +
                                           std::string(text.substr(0, 100)) +
                                           "\": " + std::string(problem)};
}

}  // namespace

Result<ContentRange> ParseContentRange(std::string_view text) {
  constexpr std::string_view kShape = "expected bytes FIRST-LAST/TOTAL, with * for what is unknown";
  std::string_view rest = text;
  if (!rest.starts_with("bytes")) return Bad(text, kShape);
  rest.remove_prefix(5);
  // The blank is the form; some clients write `bytes=`.
  if (!rest.starts_with(' ') && !rest.starts_with('=')) return Bad(text, kShape);
  rest.remove_prefix(1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return Bad(text, kShape);
  const auto total = ParseBound(rest.substr(slash + 1));
  if (!total) return Bad(text, kShape);
  const std::string_view part = rest.substr(0, slash);

  ContentRange range;
  range.total = total->value;
  if (part == "*") {
    range.is_query = true;
    return range;
  }
  const std::size_t dash = part.find('-');
  if (dash == std::string_view::npos) return Bad(text, kShape);
  const auto first = ParseBound(part.substr(0, dash));
  const auto last = ParseBound(part.substr(dash + 1));
  if (!first || !first->value || !last) return Bad(text, kShape);
  range.first = *first->value;
  range.last = last->value;
  if (range.last && *range.last < range.first) return Bad(text, "LAST is before FIRST");
  if (range.last && range.total && *range.last >= *range.total) {
    return Bad(text, "LAST is not before TOTAL");
  }
  if (range.total && range.first > *range.total) return Bad(text, "FIRST is behind TOTAL");
  return range;
}

}  // namespace hyperlocal::gcs
