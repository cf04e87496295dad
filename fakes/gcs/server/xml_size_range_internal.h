#pragma once

#include <cstdint>

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// How large an object may be that a request writes: x-goog-content-length-range, or a policy
// document's content-length-range. Both limits belong to the range.
struct SizeRange {
  std::uint64_t least = 0, most = ~std::uint64_t{0};
};

// "x-goog-content-length-range: 0,256". Error: kBadRequest.
Result<SizeRange> ReadSizeRange(const GcsCall& call);

// Answers what was too large or, at `size`, too small.
void RefuseSize(GcsCall& call, const SizeRange& range, std::uint64_t size);

}  // namespace hyperlocal::gcs
