#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// Numbers, texts and values in as few bytes as is simple: unsigned numbers in groups of seven bits,
// signed ones folded into them, doubles as their bits. Values keep what JSON would lose: bytes,
// integers beside doubles, functions, the order of keys.
class ByteWriter {
 public:
  void Number(std::uint64_t number) {
    while (number >= 0x80) {
      out_ += static_cast<char>((number & 0x7F) | 0x80);
      number >>= 7;
    }
    out_ += static_cast<char>(number);
  }
  void Signed(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    Number(bits << 1 ^ (number < 0 ? ~std::uint64_t{0} : 0));
  }
  void Flag(bool flag) { out_ += flag ? '\1' : '\0'; }
  void Text(std::string_view text) {
    Number(text.size());
    out_ += text;
  }
  void Fixed(std::uint64_t bits) {
    for (int i = 0; i < 8; ++i) out_ += static_cast<char>(bits >> (8 * i) & 0xFF);
  }
  void AnyValue(const Value& value);

  const std::string& bytes() const { return out_; }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// The other way round. After something did not fit, everything reads as nothing and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t Number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto byte = static_cast<unsigned char>(bytes_[0]);
      bytes_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return number;
    }
    ok_ = false;
    return 0;
  }
  std::uint32_t Small() {
    const std::uint64_t number = Number();
    if (number > 0xFFFF'FFFF) ok_ = false;
    return ok_ ? static_cast<std::uint32_t>(number) : 0;
  }
  std::int64_t Signed() {
    const std::uint64_t bits = Number();
    return static_cast<std::int64_t>(bits >> 1 ^ (~(bits & 1) + 1));
  }
  bool Flag() { return Number() == 1; }
  std::string Text() {
    const std::uint64_t size = Count();
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  // How many of something follow, each of at least a byte: no more than bytes are left.
  std::uint64_t Count() {
    const std::uint64_t count = Number();
    if (count > bytes_.size()) ok_ = false;
    return ok_ ? count : 0;
  }
  std::uint64_t Fixed() {
    if (bytes_.size() < 8) {
      ok_ = false;
      return 0;
    }
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < 8; ++i) {
      bits |= std::uint64_t{static_cast<unsigned char>(bytes_[i])} << (8 * i);
    }
    bytes_.remove_prefix(8);
    return bits;
  }
  Value AnyValue(std::size_t depth = 0);

  bool ok() const { return ok_; }
  void Fail() { ok_ = false; }
  bool done() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace hyperlocal::workflow
