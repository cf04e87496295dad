#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cancellation.h"
#include "engine/object_store.h"
#include "engine/plan/plan_manifest.h"

namespace hyperlocal {

// What a client can know of a plan in the bucket. Only protocol v2 has a manifest that can be read
// by itself; of a plan of v1, or one that is not there (yet), nothing is known.
std::optional<PlanManifest> ReadManifest(ObjectStore& store, std::string_view plan_output_prefix,
                                         const CancellationToken& cancelled);

// How many frames each chunk of the plan has: from its two numbers and the config that it was made
// from, as the planner computed it. Empty when they do not agree.
std::vector<std::int64_t> ChunkFrames(std::int64_t total_frames, std::int64_t chunk_count,
                                      std::string_view config_json);

}  // namespace hyperlocal
