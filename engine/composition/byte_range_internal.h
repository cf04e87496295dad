#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hyperlocal {

// The part of a file that a Range header asks for.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // 0: the file ends before the range begins (HTTP status 416)
};

// `header` ("bytes=0-99", "bytes=100-", "bytes=-50") against a file of `size` bytes; a range is cut
// at the file's end. Nothing for a header that is to be ignored: none, several ranges, another
// unit, no sense (RFC 9110 section 14.2).
std::optional<ByteRange> ParseByteRange(std::string_view header, std::uint64_t size);

}  // namespace hyperlocal
