#pragma once

#include <cstddef>
#include <cstdint>

// The steps of CRC-32C on its raw register: the checksum is the register inverted, before and after
// (Crc32c does that).
namespace hyperlocal::crc32c {

// The polynomial with its bits reversed, as every table and instruction here has it: the lowest
// power is the highest bit.
inline constexpr std::uint32_t kPolynomial = 0x82F63B78;

// The product of two polynomials modulo the polynomial. 1 is 0x80000000, x is 0x40000000.
constexpr std::uint32_t Multiply(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (std::uint32_t bit = 0x80000000; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b & 1) != 0 ? (b >> 1) ^ kPolynomial : b >> 1;
  }
  return product;
}

// x to the power of eight times `bytes`: what a register is multiplied by when so many zero bytes
// follow.
constexpr std::uint32_t PowerOfBytes(std::uint64_t bytes) {
  std::uint32_t power = 0x80000000;   // 1
  std::uint32_t square = 0x00800000;  // x^8
  for (; bytes != 0; bytes >>= 1) {
    if ((bytes & 1) != 0) power = Multiply(power, square);
    square = Multiply(square, square);
  }
  return power;
}

std::uint32_t ExtendByTables(std::uint32_t raw, const std::uint8_t* bytes, std::size_t count);

// Whether this processor has the instruction; ExtendByInstruction is only for one that has.
bool HasInstruction();
std::uint32_t ExtendByInstruction(std::uint32_t raw, const std::uint8_t* bytes, std::size_t count);

}  // namespace hyperlocal::crc32c
