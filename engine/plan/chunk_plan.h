#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

inline constexpr int kDefaultMaxParallelChunks = 16;
inline constexpr int kMinimumDefaultChunkSize = 10;

// Frames [start_frame, end_frame) of the composition.
struct ChunkSlice {
  int index = 0;
  std::int64_t start_frame = 0;
  std::int64_t end_frame = 0;
  std::int64_t frames() const { return end_frame - start_frame; }
  bool operator==(const ChunkSlice&) const = default;
};

struct ChunkPlanInput {
  std::int64_t total_frames = 0;
  std::optional<std::int64_t> chunk_size = std::nullopt;
  std::optional<std::int64_t> max_parallel_chunks = std::nullopt;
  std::optional<std::int64_t> target_chunk_frames = std::nullopt;
};

struct ChunkPlan {
  std::int64_t chunk_size = 0;  // frames in every slice but the last, which may hold fewer
  std::vector<ChunkSlice> slices;
};

// Cuts [0, total) into slices (CONTRACT section 3): a partition, no slice empty, at most
// max_parallel_chunks of them. Whoever computes it from the same four numbers gets the same slices;
// no worker has to ask another. Errors: kInvalidConfig when a number is not positive.
Result<ChunkPlan> PlanChunks(const ChunkPlanInput& input);

// What keeps `slices` from being a partition of [0, total_frames) in order and without an empty
// slice, or nothing.
std::optional<std::string> PartitionProblem(const std::vector<ChunkSlice>& slices,
                                            std::int64_t total_frames);

}  // namespace hyperlocal
