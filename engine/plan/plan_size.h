#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/error/result.h"

namespace hyperlocal {

// Whether the regular files below `plan`, and `bytes_to_come` more, stay within `limit_bytes`.
// Error: kPlanTooLarge naming the largest parts (two path segments each: compiled/assets,
// video-frames/intro) and the ways out; errors of ListFileTree.
Status CheckPlanSize(const std::filesystem::path& plan, std::int64_t bytes_to_come,
                     std::int64_t limit_bytes);

}  // namespace hyperlocal
