#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// The Content-Range of a part of a resumable upload (RFC 9110 section 14.4, and what Cloud Storage
// adds to it):
//
//   bytes 0-262143/1000000   a part of a content of known size
//   bytes 0-262143/*         a part; the size is not known yet
//   bytes 0-*/*  0-*/1000    from there to the end of the content
//   bytes */1000             no part: how much is there? (Or: that was all, at 1000 bytes.)
//   bytes */*                the same without knowing the size
struct ContentRange {
  bool is_query = false;  // no bytes come with it
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last;   // absent: to the end
  std::optional<std::uint64_t> total;  // absent: not known yet
  bool operator==(const ContentRange&) const = default;

  std::optional<std::uint64_t> length() const {
    if (!last) return std::nullopt;
    return *last - first + 1;
  }
};

// Error: kBadRequest with the text, for anything else, and for numbers that contradict each other.
Result<ContentRange> ParseContentRange(std::string_view text);

}  // namespace hyperlocal::gcs
