#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/composition/byte_range_internal.h"
#include "fakes/gcs/server/content_range_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"

// Any bytes are a Content-Range, a Range or a time: read into numbers that fit together, or
// refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto range = gcs::ParseContentRange(text)) {
    if (range->is_query && (range->first != 0 || range->last)) std::abort();
    if (range->last && (*range->last < range->first || *range->length() == 0)) std::abort();
    if (range->last && range->total && *range->last >= *range->total) std::abort();
    if (range->total && range->first > *range->total) std::abort();
  }
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{10}, UINT64_MAX}) {
    const auto part = ParseByteRange(text, length);
    if (!part || part->length == 0) continue;
    if (part->offset >= length || part->length > length - part->offset) std::abort();
  }
  if (const auto time = gcs::ParseRfc3339(text)) {
    const auto shown = std::chrono::floor<std::chrono::milliseconds>(*time);
    if (gcs::ParseRfc3339(gcs::Rfc3339(*time)) != shown) std::abort();
  }
  return 0;
}
