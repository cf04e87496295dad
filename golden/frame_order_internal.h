#pragma once

#include <cstdint>
#include <vector>

#include "golden/diagnosis.h"

namespace hyperlocal::golden {

// Finds frames that are missing, repeated or in another place, by the signatures. `suspicious` says
// whether a frame of B is unlike the frame of A at its index; the others are where they belong.
std::vector<Finding> FindMisplacedFrames(const VideoComparison& comparison,
                                         const std::vector<bool>& suspicious);

// The mean absolute difference of two signatures' luma, in 1/64 of a level.
double SignatureDistance(const PictureSignature& a, const PictureSignature& b);

}  // namespace hyperlocal::golden
