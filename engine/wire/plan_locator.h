#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "engine/wire/gcs_uri.h"

namespace hyperlocal {

// How a plan travels through the bucket: v1 as one archive, v2 as a manifest and the blobs that it
// names by their digests.
enum class PlanProtocol { kV1, kV2 };

std::string_view WireName(PlanProtocol protocol);  // v1, v2
std::optional<PlanProtocol> ParsePlanProtocol(std::string_view wire_name);

// Where a plan lies. One or the other: a message that names both, or half of one, is refused.
struct V1Locator {
  GcsUri archive;  // plan.tar.gz
  bool operator==(const V1Locator&) const = default;
};
struct V2Locator {
  GcsUri manifest;
  GcsUri artifact_prefix;
  bool operator==(const V2Locator&) const = default;
};
using PlanLocator = std::variant<V1Locator, V2Locator>;

PlanProtocol ProtocolOf(const PlanLocator& locator);

}  // namespace hyperlocal
