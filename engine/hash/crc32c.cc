#include "engine/hash/crc32c.h"

#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "engine/hash/base64.h"
#include "engine/hash/crc32c_internal.h"

namespace hyperlocal {
namespace crc32c {
namespace {

// kTables[k][b]: the register after byte b and k zero bytes. Eight of them take eight bytes at
// once ("slicing by 8").
constexpr std::size_t kSlices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t raw = byte;
    for (int bit = 0; bit < 8; ++bit) raw = (raw & 1) != 0 ? (raw >> 1) ^ kPolynomial : raw >> 1;
    tables[0][byte] = raw;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr Tables kTables = MakeTables();

// The same everywhere, whatever the byte order of the machine.
std::uint32_t LittleEndian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
         std::uint32_t{bytes[3]} << 24;
}

}  // namespace

std::uint32_t ExtendByTables(std::uint32_t raw, const std::uint8_t* bytes, std::size_t count) {
  for (; count >= kSlices; bytes += kSlices, count -= kSlices) {
    const std::uint32_t low = raw ^ LittleEndian(bytes);
    const std::uint32_t high = LittleEndian(bytes + 4);
    raw = kTables[7][low & 0xFF] ^ kTables[6][(low >> 8) & 0xFF] ^ kTables[5][(low >> 16) & 0xFF] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xFF] ^ kTables[2][(high >> 8) & 0xFF] ^
          kTables[1][(high >> 16) & 0xFF] ^ kTables[0][high >> 24];
  }
  for (; count != 0; ++bytes, --count) raw = (raw >> 8) ^ kTables[0][(raw ^ *bytes) & 0xFF];
  return raw;
}

}  // namespace crc32c

Crc32c& Crc32c::Update(std::string_view bytes) {
  static const bool has_instruction = crc32c::HasInstruction();
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  value_ = has_instruction ? ~crc32c::ExtendByInstruction(~value_, data, bytes.size())
                           : ~crc32c::ExtendByTables(~value_, data, bytes.size());
  return *this;
}

std::uint32_t Crc32cOf(std::string_view bytes) {
  return Crc32c().Update(bytes).value();
}

std::uint32_t CombineCrc32c(std::uint32_t first, std::uint32_t second,
                            std::uint64_t length_of_second) {
  // The inversions cancel out: the checksum of "first, then zeros" plus that of "second".
  return crc32c::Multiply(first, crc32c::PowerOfBytes(length_of_second)) ^ second;
}

std::string Crc32cBase64(std::uint32_t crc32c) {
  const std::array<std::uint8_t, 4> bytes = {
      static_cast<std::uint8_t>(crc32c >> 24), static_cast<std::uint8_t>(crc32c >> 16),
      static_cast<std::uint8_t>(crc32c >> 8), static_cast<std::uint8_t>(crc32c)};
  return Base64(bytes);
}

std::optional<std::uint32_t> ParseCrc32cBase64(std::string_view text) {
  const auto bytes = ParseBase64(text);
  if (!bytes || bytes->size() != 4) return std::nullopt;
  std::uint32_t crc32c = 0;
  for (const std::uint8_t byte : *bytes) crc32c = crc32c << 8 | byte;
  return crc32c;
}

}  // namespace hyperlocal
