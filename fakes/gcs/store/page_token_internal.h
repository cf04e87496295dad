#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// Where a listing goes on: at the first entry that is not before `name` and `generation`.
struct PagePosition {
  std::string name;
  std::int64_t generation = 0;
  std::string folded;  // the last prefix that was given; it is not given again
  bool operator==(const PagePosition&) const = default;
};

// Letters, digits, "-" and "_" only; opaque to clients, and checked: a token that this did not
// write is kBadRequest.
std::string EncodePageToken(const PagePosition& position);
Result<PagePosition> DecodePageToken(std::string_view token);

}  // namespace hyperlocal::gcs
