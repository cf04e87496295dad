#pragma once

#include <optional>

#include "golden/diagnosis.h"

namespace hyperlocal::golden {

// Whether B's samples are A's after a wrong matrix, a wrong range or swapped channels, told by the
// means of cells; and whether B's tags are wrong where its samples are not.
std::optional<Finding> FindColourFault(const VideoComparison& comparison);

}  // namespace hyperlocal::golden
