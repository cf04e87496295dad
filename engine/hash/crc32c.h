#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal {

// CRC-32C (Castagnoli; RFC 3720, appendix B.4), fed piece by piece: the checksum that Cloud Storage
// keeps of every object. With the processor's own instruction where there is one, at about the
// speed of memory. One thread at a time; a plain value, cheap to copy.
class Crc32c {
 public:
  Crc32c& Update(std::string_view bytes);
  // Of all bytes so far. More may follow.
  std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 0;
};

std::uint32_t Crc32cOf(std::string_view bytes);

// The checksum of a content of two parts, from the checksums of the parts: no byte is read. The
// effort grows with the logarithm of the length.
std::uint32_t CombineCrc32c(std::uint32_t first, std::uint32_t second,
                            std::uint64_t length_of_second);

// As Cloud Storage writes it in JSON and headers: base64 of the four bytes, the highest first.
std::string Crc32cBase64(std::uint32_t crc32c);
// Nothing when it is not the base64 form of four bytes.
std::optional<std::uint32_t> ParseCrc32cBase64(std::string_view text);

}  // namespace hyperlocal
