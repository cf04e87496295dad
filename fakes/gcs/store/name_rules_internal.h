#pragma once

#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// Error: kBadRequest, naming the rule that is broken.
// https://cloud.google.com/storage/docs/buckets#naming
Status CheckBucketName(std::string_view name);
// 1 to 1024 bytes of UTF-8, nothing more: the service also refuses line breaks, "." and "..", but
// clients' own tests write such names, and here a name is never a path.
Status CheckObjectName(std::string_view name);

}  // namespace hyperlocal::gcs
