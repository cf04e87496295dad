#include "engine/plan/chunk_plan.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace hyperlocal {
namespace {

// Far above the 256 that a config may ask for; keeps a mistaken call from filling the memory.
constexpr std::int64_t kMaximumSlices = 1'000'000;

std::int64_t CeilDivide(std::int64_t a, std::int64_t b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

Status RequirePositive(std::string_view name, std::int64_t value) {
  if (value > 0) return Ok();
  return Error{ErrorCode::kInvalidConfig, "cannot cut a render into chunks: " + std::string(name) +
                                              " must be a positive integer; got " +
                                              std::to_string(value)};
}

}  // namespace

Result<ChunkPlan> PlanChunks(const ChunkPlanInput& input) {
  const std::int64_t total = input.total_frames;
  const std::int64_t most = input.max_parallel_chunks.value_or(kDefaultMaxParallelChunks);
  HYPERLOCAL_TRY_STATUS(RequirePositive("totalFrames", total));
  HYPERLOCAL_TRY_STATUS(RequirePositive("maxParallelChunks", most));
  if (input.chunk_size) HYPERLOCAL_TRY_STATUS(RequirePositive("chunkSize", *input.chunk_size));
  if (input.target_chunk_frames) {
    HYPERLOCAL_TRY_STATUS(RequirePositive("targetChunkFrames", *input.target_chunk_frames));
  }

  std::int64_t parallel = most;
  if (input.target_chunk_frames) {
    parallel = std::min(most, CeilDivide(total, *input.target_chunk_frames));
  }
  const std::int64_t resolved = input.chunk_size.value_or(
      std::max<std::int64_t>(kMinimumDefaultChunkSize, CeilDivide(total, parallel)));
  std::int64_t count = std::min(most, CeilDivide(total, resolved));
  const std::int64_t size = std::max(resolved, CeilDivide(total, count));
  // Rounding the size up can leave nothing for the last slices.
  count = std::min(count, CeilDivide(total, size));
  if (count > kMaximumSlices) {
    return Error{ErrorCode::kInvalidConfig,
                 "cannot cut a render into " + std::to_string(count) + " chunks; at most " +
                     std::to_string(kMaximumSlices) + ": raise chunkSize"};
  }

  ChunkPlan plan;
  plan.chunk_size = size;
  plan.slices.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t start = i * size;
    const std::int64_t frames = i + 1 == count ? total - start : size;
    plan.slices.push_back(ChunkSlice{static_cast<int>(i), start, start + frames});
  }
  return plan;
}

std::optional<std::string> PartitionProblem(const std::vector<ChunkSlice>& slices,
                                            std::int64_t total_frames) {
  std::int64_t expected = 0;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const ChunkSlice& slice = slices[i];
    const std::string name = "chunk " + std::to_string(i);
    if (slice.index != static_cast<int>(i)) {
      return name + " has the index " + std::to_string(slice.index);
    }
    if (slice.start_frame != expected) {
      return name + " starts at frame " + std::to_string(slice.start_frame) + " instead of " +
             std::to_string(expected);
    }
    if (slice.end_frame <= slice.start_frame) return name + " has no frames";
    expected = slice.end_frame;
  }
  if (expected == total_frames) return std::nullopt;
  return "the chunks end at frame " + std::to_string(expected) + " instead of " +
         std::to_string(total_frames);
}

}  // namespace hyperlocal
