#include "engine/plan/chunk_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>

namespace hyperlocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::int64_t CountOf(const ChunkPlanInput& input) {
  const auto plan = PlanChunks(input);
  return plan ? static_cast<std::int64_t>(plan->slices.size()) : -1;
}

TEST(PlanChunks, SpreadsALongRenderOverSixteenChunks) {
  const auto plan = PlanChunks({.total_frames = 1800});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->chunk_size, 113);
  ASSERT_EQ(plan->slices.size(), 16u);
  EXPECT_EQ(plan->slices.back(), (ChunkSlice{15, 1695, 1800}));
}

TEST(PlanChunks, KeepsChunksOfAShortRenderAtTenFrames) {
  EXPECT_THAT(PlanChunks({.total_frames = 25})->slices,
              ElementsAre(ChunkSlice{0, 0, 10}, ChunkSlice{1, 10, 20}, ChunkSlice{2, 20, 25}));
}

TEST(PlanChunks, AnAskedChunkSizeGrowsWhenTheChunksWouldBeTooMany) {
  const auto plan = PlanChunks({.total_frames = 1000, .chunk_size = 10, .max_parallel_chunks = 4});
  EXPECT_EQ(plan->chunk_size, 250);
  EXPECT_EQ(plan->slices.size(), 4u);
}

TEST(PlanChunks, DropsASliceThatRoundingLeftEmpty) {
  // Ten frames in at most four chunks of one frame: four chunks of three, and the first four cover
  // all.
  EXPECT_EQ(CountOf({.total_frames = 9, .chunk_size = 1, .max_parallel_chunks = 5}), 5);
  EXPECT_EQ(CountOf({.total_frames = 9, .chunk_size = 1, .max_parallel_chunks = 8}), 5);
}

TEST(PlanChunks, ATargetBoundsTheFramesOfAChunkWithinTheParallelism) {
  EXPECT_EQ(CountOf({.total_frames = 300, .target_chunk_frames = 100}), 3);
  EXPECT_EQ(CountOf({.total_frames = 3000, .target_chunk_frames = 100}), 16);
  EXPECT_EQ(CountOf({.total_frames = 300, .chunk_size = 30, .target_chunk_frames = 100}), 10);
}

TEST(PlanChunks, RefusesNumbersThatAreNotPositiveByName) {
  const auto message = [](const ChunkPlanInput& input) {
    const auto plan = PlanChunks(input);
    return plan ? "" : plan.error().message;
  };
  EXPECT_THAT(message({.total_frames = 0}), HasSubstr("totalFrames"));
  EXPECT_THAT(message({.total_frames = 9, .chunk_size = 0}), HasSubstr("chunkSize"));
  EXPECT_THAT(message({.total_frames = 9, .max_parallel_chunks = -1}),
              HasSubstr("maxParallelChunks"));
  EXPECT_THAT(message({.total_frames = 9, .target_chunk_frames = 0}),
              HasSubstr("targetChunkFrames"));
}

TEST(PlanChunks, HugeNumbersNeitherOverflowNorFillTheMemory) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(CountOf({.total_frames = kHuge}), 16);
  EXPECT_EQ(CountOf({.total_frames = kHuge, .chunk_size = kHuge}), 1);
  EXPECT_EQ(CountOf({.total_frames = 1, .chunk_size = kHuge}), 1);
  EXPECT_EQ(CountOf({.total_frames = kHuge, .chunk_size = 1, .max_parallel_chunks = kHuge}), -1);
}

rc::Gen<std::optional<std::int64_t>> MaybePositive(std::int64_t below) {
  return rc::gen::oneOf(rc::gen::just(std::optional<std::int64_t>()),
                        rc::gen::map(rc::gen::inRange<std::int64_t>(1, below), [](std::int64_t n) {
                          return std::optional<std::int64_t>(n);
                        }));
}

RC_GTEST_PROP(PlanChunks, IsAPartitionWithinTheLimits, ()) {
  const ChunkPlanInput input{.total_frames = *rc::gen::inRange<std::int64_t>(1, 20000),
                             .chunk_size = *MaybePositive(4000),
                             .max_parallel_chunks = *MaybePositive(300),
                             .target_chunk_frames = *MaybePositive(4000)};
  const auto plan = PlanChunks(input);
  RC_ASSERT(plan.has_value());
  RC_ASSERT(PartitionProblem(plan->slices, input.total_frames) == std::nullopt);
  const auto most = input.max_parallel_chunks.value_or(kDefaultMaxParallelChunks);
  RC_ASSERT(static_cast<std::int64_t>(plan->slices.size()) <= most);
  for (const ChunkSlice& slice : plan->slices) {
    const bool last = &slice == &plan->slices.back();
    RC_ASSERT(slice.frames() == plan->chunk_size || (last && slice.frames() < plan->chunk_size));
  }
}

TEST(PartitionProblem, NamesTheChunkAndTheFrame) {
  EXPECT_EQ(PartitionProblem({{0, 0, 5}, {1, 5, 9}}, 9), std::nullopt);
  EXPECT_EQ(PartitionProblem({}, 9), "the chunks end at frame 0 instead of 9");
  EXPECT_EQ(PartitionProblem({{0, 0, 5}}, 9), "the chunks end at frame 5 instead of 9");
  EXPECT_EQ(PartitionProblem({{0, 0, 5}, {1, 6, 9}}, 9), "chunk 1 starts at frame 6 instead of 5");
  EXPECT_EQ(PartitionProblem({{0, 0, 0}, {1, 0, 9}}, 9), "chunk 0 has no frames");
  EXPECT_EQ(PartitionProblem({{1, 0, 9}}, 9), "chunk 0 has the index 1");
}

}  // namespace
}  // namespace hyperlocal
