#pragma once

#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// gs://<bucket>/<key>: one object, or a prefix under which objects are put. Neither part is empty;
// the key keeps every slash that it was written with, at its ends too.
struct GcsUri {
  std::string bucket;
  std::string key;
  bool operator==(const GcsUri&) const = default;
};

std::string FormatGcsUri(const GcsUri& uri);

// Reads what FormatGcsUri writes. The bucket ends at the first slash. Error: kBadRequest, which
// says what is missing and shows `text`.
Result<GcsUri> ParseGcsUri(std::string_view text);

}  // namespace hyperlocal
