#include "engine/json/utf16_order.h"

#include <cstdint>
#include <utility>

#include "engine/json/wtf8_internal.h"

namespace hyperlocal {
namespace {

// Hands out the UTF-16 code units of a string one after the other.
class UnitReader {
 public:
  explicit UnitReader(std::string_view text) : rest_(text) {}

  bool done() const { return low_surrogate_ == 0 && rest_.empty(); }
  // Not when done().
  std::uint32_t Next() {
    if (low_surrogate_ != 0) return std::exchange(low_surrogate_, 0);
    DecodedCode next = DecodeWtf8(rest_);
    if (next.bytes == 0) next = {static_cast<unsigned char>(rest_[0]), 1};
    rest_.remove_prefix(next.bytes);
    if (next.code < 0x10000) return next.code;
    low_surrogate_ = 0xDC00 + (next.code & 0x3FF);
    return 0xD800 + ((next.code - 0x10000) >> 10);
  }

 private:
  std::string_view rest_;
  std::uint32_t low_surrogate_ = 0;  // owed to the next call; 0: nothing
};

}  // namespace

bool Utf16Less(std::string_view a, std::string_view b) {
  UnitReader left(a);
  UnitReader right(b);
  while (!left.done() && !right.done()) {
    const std::uint32_t x = left.Next();
    const std::uint32_t y = right.Next();
    if (x != y) return x < y;
  }
  return left.done() && !right.done();
}

bool IsUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const DecodedCode decoded = DecodeWtf8(bytes);
    if (decoded.bytes == 0 || IsSurrogate(decoded.code)) return false;
    bytes.remove_prefix(decoded.bytes);
  }
  return true;
}

}  // namespace hyperlocal
