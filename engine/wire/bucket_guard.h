#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "engine/wire/gcs_uri.h"
#include "engine/wire/render_event.h"

namespace hyperlocal {

struct EventUri {
  std::string field;  // "AssembleEvent.ChunkGcsUris[2]"
  GcsUri uri;
  bool operator==(const EventUri&) const = default;
};

// Every URI of the event, in the order in which the guard looks at them.
std::vector<EventUri> UrisOf(const RenderEvent& event);

// What the value of HYPERFRAMES_RENDER_BUCKET makes of the guard that keeps requests to one bucket.
enum class BucketGuard {
  kEnforced,
  kOptedOut,  // `*`: somebody decided so
  kDisabled,  // unset or blank: perhaps somebody forgot. Log `bucket_allowlist_disabled`, loudly
};

// `allowed` is the variable's value, nothing when it is not set. White space around it is ignored.
BucketGuard BucketGuardOf(std::optional<std::string_view> allowed);

// Whether the event keeps to the bucket that `allowed` names, and which guard said so. Error:
// kGcsUriNotAllowed naming the field, the URI and the bucket.
Result<BucketGuard> CheckBucketAllowed(const RenderEvent& event,
                                       std::optional<std::string_view> allowed);

}  // namespace hyperlocal
