#include "fakes/gcs/store/page_token_internal.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "engine/hash/base64.h"
#include "engine/hash/crc32c.h"

namespace hyperlocal::gcs {
namespace {

// "1.<generation>.<bytes of the name>.<name><folded>", then its checksum, in base64 for URLs.
constexpr std::string_view kForm = "1.";

std::string ForUrls(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  return text;
}

std::optional<std::string> FromUrls(std::string_view token) {
  if (token.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string text(token);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (text.size() % 4 != 0) text += '=';
  const auto bytes = ParseBase64(text);
  if (!bytes) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

// "<number>." at the front of `text`, which moves behind it.
template <typename Number>
std::optional<Number> TakeNumber(std::string_view& text) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop == end || *stop != '.') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return number;
}

std::optional<PagePosition> Decode(std::string_view token) {
  const auto bytes = FromUrls(token);
  if (!bytes || bytes->size() < 4) return std::nullopt;
  std::string_view text(*bytes);
  std::uint32_t sum = 0;
  for (const char byte : text.substr(text.size() - 4)) {
    sum = sum << 8 | static_cast<std::uint8_t>(byte);
  }
  text.remove_suffix(4);
  if (Crc32cOf(text) != sum || !text.starts_with(kForm)) return std::nullopt;
  text.remove_prefix(kForm.size());
  const auto generation = TakeNumber<std::int64_t>(text);
  if (!generation) return std::nullopt;
  const auto size = TakeNumber<std::size_t>(text);
  if (!size || *size > text.size()) return std::nullopt;
  return PagePosition{std::string(text.substr(0, *size)), *generation,
                      std::string(text.substr(*size))};
}

}  // namespace

std::string EncodePageToken(const PagePosition& position) {
  std::string text(kForm);
  text += std::to_string(position.generation) + "." + std::to_string(position.name.size()) + "." +
          position.name + position.folded;
  const std::uint32_t sum = Crc32cOf(text);
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(sum >> shift);
  return ForUrls(
      Base64(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
}

Result<PagePosition> DecodePageToken(std::string_view token) {
  auto position = Decode(token);
  if (!position) {
    return Error{ErrorCode::kBadRequest,
                 "\"" + std::string(token.substr(0, 64)) +
                     "\" is not a page token of this service. Take nextPageToken of the page "
                     "before, as it is, or none to start anew."};
  }
  return std::move(*position);
}

}  // namespace hyperlocal::gcs
