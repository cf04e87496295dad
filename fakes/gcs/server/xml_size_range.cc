#include <charconv>
#include <optional>
#include <string>

#include "fakes/gcs/server/xml_error_internal.h"
#include "fakes/gcs/server/xml_size_range_internal.h"

namespace hyperlocal::gcs {
namespace {

std::optional<std::uint64_t> ReadNumber(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

Result<SizeRange> ReadSizeRange(const GcsCall& call) {
  const auto header = call.request->headers.Find("x-goog-content-length-range");
  if (!header) return SizeRange{};
  const std::size_t comma = header->find(',');
  const auto least = ReadNumber(header->substr(0, comma));
  const auto most =
      comma == std::string_view::npos ? std::nullopt : ReadNumber(header->substr(comma + 1));
  if (!least || !most || *least > *most) {
    return Error{ErrorCode::kBadRequest, "x-goog-content-length-range is \"" +
                                             std::string(header->substr(0, 100)) +
                                             "\"; it must be LEAST,MOST in bytes"};
  }
  return SizeRange{*least, *most};
}

void RefuseSize(GcsCall& call, const SizeRange& range, std::uint64_t size) {
  const std::string limits = "from " + std::to_string(range.least) + " to " +
                             std::to_string(range.most) + " bytes are allowed";
  if (size > range.most) {
    return RefuseXml(call, XmlError{400, "EntityTooLarge", "Your proposed upload is too large.",
                                    "it has more than they allow: " + limits});
  }
  RefuseXml(call, XmlError{400, "EntityTooSmall", "Your proposed upload is too small.",
                           "it has " + std::to_string(size) + " bytes: " + limits});
}

}  // namespace hyperlocal::gcs
