#include <algorithm>
#include <cstdint>
#include <string>

#include "fakes/gcs/store/name_rules_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostNameBytes = 1024;
constexpr std::size_t kFewestBucketCharacters = 3;
constexpr std::size_t kMostLabelCharacters = 63;
constexpr std::size_t kMostBucketCharacters = 222;  // only with dots

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool LooksLikeAnAddress(std::string_view name) {
  const bool only_numbers = std::all_of(name.begin(), name.end(),
                                        [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return only_numbers && std::count(name.begin(), name.end(), '.') == 3;
}

// The rule that is broken, or empty.
std::string_view BrokenBucketRule(std::string_view name) {
  if (name.size() < kFewestBucketCharacters) return "it needs at least 3 characters";
  const bool dots = name.find('.') != std::string_view::npos;
  if (!dots && name.size() > kMostLabelCharacters) return "without dots, at most 63 characters";
  if (name.size() > kMostBucketCharacters) return "at most 222 characters";
  if (!std::all_of(name.begin(), name.end(),
                   [](char c) { return IsLowerOrDigit(c) || c == '-' || c == '_' || c == '.'; })) {
    return "only lower-case letters, digits, dashes, underscores and dots";
  }
  if (!IsLowerOrDigit(name.front()) || !IsLowerOrDigit(name.back())) {
    return "it must begin and end with a letter or a digit";
  }
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('.', start), name.size());
    if (end == start) return "no two dots side by side";
    if (end - start > kMostLabelCharacters) return "at most 63 characters between two dots";
    start = end + 1;
  }
  if (LooksLikeAnAddress(name)) return "it must not look like an IP address";
  if (name.starts_with("goog")) return "it must not begin with \"goog\"";
  if (name.find("google") != std::string_view::npos) return "it must not contain \"google\"";
  return {};
}

// Well-formed UTF-8 (RFC 3629): shortest forms only, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<std::uint8_t>(text[at]) : std::uint8_t{0};
    };
    const std::uint8_t first = byte(i);
    if (first < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
      more = 1;
    } else if (first >= 0xE0 && first <= 0xEF) {
      more = 2;
      if (first == 0xE0) low = 0xA0;
      if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
      more = 3;
      if (first == 0xF0) low = 0x90;
      if (first == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (byte(i + 1) < low || byte(i + 1) > high) return false;
    for (std::size_t k = 2; k <= more; ++k) {
      if (byte(i + k) < 0x80 || byte(i + k) > 0xBF) return false;
    }
    i += more + 1;
  }
  return true;
}

}  // namespace

Status CheckBucketName(std::string_view name) {
  const std::string_view rule = BrokenBucketRule(name);
  if (rule.empty()) return Ok();
  return Error{ErrorCode::kBadRequest, "\"" + std::string(name.substr(0, kMostBucketCharacters)) +
                                           "\" cannot be a bucket's name: " + std::string(rule)};
}

Status CheckObjectName(std::string_view name) {
  if (name.empty()) return Error{ErrorCode::kBadRequest, "an object's name cannot be empty"};
  if (name.size() > kMostNameBytes) {
    return Error{ErrorCode::kBadRequest, "the object name of " + std::to_string(name.size()) +
                                             " bytes (\"" + std::string(name.substr(0, 32)) +
                                             "…\") is too long: at most 1024 bytes"};
  }
  if (!IsUtf8(name)) {
    return Error{ErrorCode::kBadRequest, "an object's name must be UTF-8; this one, of " +
                                             std::to_string(name.size()) + " bytes, is not"};
  }
  return Ok();
}

}  // namespace hyperlocal::gcs
