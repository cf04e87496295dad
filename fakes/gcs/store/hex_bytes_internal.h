#pragma once

#include <string>
#include <string_view>

namespace hyperlocal::gcs {

// A digest as the database keeps it (bytes) and as files are named by it (lower-case hex).
inline std::string BytesOfHex(std::string_view hex) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(value(hex[i]) << 4 | value(hex[i + 1]));
  }
  return bytes;
}

inline std::string HexOfBytes(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    hex += kHex[value >> 4];
    hex += kHex[value & 0xF];
  }
  return hex;
}

}  // namespace hyperlocal::gcs
