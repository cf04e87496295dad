#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// A part of a multipart upload, as the client lists it at the end.
struct CompletedPart {
  int number = 0;    // 1 to 10,000
  std::string etag;  // without quotes; empty where the client left it out
  bool operator==(const CompletedPart&) const = default;
};

// The body that completes an upload:
//   <CompleteMultipartUpload>
//     <Part><PartNumber>1</PartNumber><ETag>"…"</ETag></Part> …
//   </CompleteMultipartUpload>
// Error: kBadRequest. The order of the numbers is the caller's to judge.
Result<std::vector<CompletedPart>> ReadCompletedParts(std::string_view xml);

inline constexpr int kMostParts = 10'000;

}  // namespace hyperlocal::gcs
