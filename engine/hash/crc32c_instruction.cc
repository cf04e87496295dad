// The only file that is compiled for the instruction (engine/CMakeLists.txt has the flags), and
// only entered on a processor that has it. No header with inline functions may be used here: the
// linker could choose this file's copy of one for everybody.
#include <cstddef>
#include <cstdint>

#if defined(__SSE4_2__) && defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32) && defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

#include "engine/hash/crc32c_internal.h"

namespace hyperlocal::crc32c {

#if defined(__SSE4_2__) && defined(__x86_64__)
bool HasInstruction() {
  return __builtin_cpu_supports("sse4.2") != 0;
}

namespace {
std::uint32_t Step1(std::uint32_t raw, std::uint8_t byte) {
  return _mm_crc32_u8(raw, byte);
}
std::uint32_t Step8(std::uint32_t raw, std::uint64_t bytes) {
  return static_cast<std::uint32_t>(_mm_crc32_u64(raw, bytes));
}
}  // namespace
#elif defined(__ARM_FEATURE_CRC32) && defined(__aarch64__)
bool HasInstruction() {
  constexpr unsigned long kCrc32 = 1UL << 7;  // HWCAP_CRC32
  return (::getauxval(AT_HWCAP) & kCrc32) != 0;
}

namespace {
std::uint32_t Step1(std::uint32_t raw, std::uint8_t byte) {
  return __crc32cb(raw, byte);
}
std::uint32_t Step8(std::uint32_t raw, std::uint64_t bytes) {
  return __crc32cd(raw, bytes);
}
}  // namespace
#endif

#if (defined(__SSE4_2__) && defined(__x86_64__)) || \
    (defined(__ARM_FEATURE_CRC32) && defined(__aarch64__))

namespace {

// Both instructions want the first byte lowest, as both processors have it in memory.
std::uint64_t Load8(const std::uint8_t* bytes) {
  std::uint64_t value;
  __builtin_memcpy(&value, bytes, sizeof value);
  return value;
}

// A register moved over a fixed number of bytes, by table: what joins the streams.
template <std::size_t kBytes>
struct Shift {
  std::uint32_t table[4][256];

  constexpr Shift() : table() {
    constexpr std::uint32_t kPower = PowerOfBytes(kBytes);
    for (std::uint32_t slice = 0; slice < 4; ++slice) {
      for (std::uint32_t byte = 0; byte < 256; ++byte) {
        table[slice][byte] = Multiply(byte << (8 * slice), kPower);
      }
    }
  }
  std::uint32_t operator()(std::uint32_t raw) const {
    return table[0][raw & 0xFF] ^ table[1][(raw >> 8) & 0xFF] ^ table[2][(raw >> 16) & 0xFF] ^
           table[3][raw >> 24];
  }
};

// The instruction gives its result after three cycles but can be started in every one: three
// streams side by side keep it busy.
template <std::size_t kBytes>
std::uint32_t ThreeStreams(std::uint32_t raw, const std::uint8_t*& bytes, std::size_t& count) {
  static constexpr Shift<kBytes> kShift;
  while (count >= 3 * kBytes) {
    std::uint32_t second = 0;
    std::uint32_t third = 0;
    for (std::size_t i = 0; i < kBytes; i += 8) {
      raw = Step8(raw, Load8(bytes + i));
      second = Step8(second, Load8(bytes + kBytes + i));
      third = Step8(third, Load8(bytes + 2 * kBytes + i));
    }
    raw = kShift(kShift(raw) ^ second) ^ third;
    bytes += 3 * kBytes;
    count -= 3 * kBytes;
  }
  return raw;
}

}  // namespace

std::uint32_t ExtendByInstruction(std::uint32_t raw, const std::uint8_t* bytes, std::size_t count) {
  raw = ThreeStreams<4096>(raw, bytes, count);
  raw = ThreeStreams<256>(raw, bytes, count);
  for (; count >= 8; bytes += 8, count -= 8) raw = Step8(raw, Load8(bytes));
  for (; count != 0; ++bytes, --count) raw = Step1(raw, *bytes);
  return raw;
}

#else

bool HasInstruction() {
  return false;
}
std::uint32_t ExtendByInstruction(std::uint32_t raw, const std::uint8_t* bytes, std::size_t count) {
  return ExtendByTables(raw, bytes, count);
}

#endif

}  // namespace hyperlocal::crc32c
