#include "engine/wire/bucket_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "tests/support/wire_generators.h"

namespace hyperlocal {
namespace {

using ::testing::ElementsAre;

RenderChunkEvent Chunk(PlanLocator plan) {
  return RenderChunkEvent{std::move(plan), std::string(64, 'a'), 0, GcsUri{"mine", "r/"},
                          OutputFormat::kMp4};
}

AssembleEvent Assembly() {
  AssembleEvent event;
  event.source = V1AssembleSource{V1Locator{GcsUri{"mine", "plan.tar.gz"}}, GcsUri{"mine", "a"}};
  event.chunks = {GcsUri{"mine", "0"}, GcsUri{"mine", "1"}};
  event.output = GcsUri{"mine", "out.mp4"};
  return event;
}

std::vector<std::string> FieldsOf(const RenderEvent& event) {
  std::vector<std::string> fields;
  for (const EventUri& each : UrisOf(event)) fields.push_back(each.field);
  return fields;
}

TEST(BucketGuard, LooksAtEveryUriOfAnEventInThePublishedOrder) {
  const V1Locator v1{GcsUri{"mine", "plan.tar.gz"}};
  const V2Locator v2{GcsUri{"mine", "m"}, GcsUri{"mine", "p"}};
  EXPECT_THAT(FieldsOf(Chunk(v1)),
              ElementsAre("RenderChunkEvent.PlanGcsUri", "RenderChunkEvent.ChunkOutputGcsPrefix"));
  EXPECT_THAT(FieldsOf(Chunk(v2)), ElementsAre("RenderChunkEvent.PlanV2ManifestGcsUri",
                                               "RenderChunkEvent.PlanV2ArtifactGcsPrefix",
                                               "RenderChunkEvent.ChunkOutputGcsPrefix"));
  AssembleEvent assembly = Assembly();
  EXPECT_THAT(FieldsOf(assembly),
              ElementsAre("AssembleEvent.PlanGcsUri", "AssembleEvent.ChunkGcsUris[0]",
                          "AssembleEvent.ChunkGcsUris[1]", "AssembleEvent.OutputGcsUri",
                          "AssembleEvent.AudioGcsUri"));
  assembly.source = V2AssembleSource{v2, std::string(64, 'a')};
  EXPECT_THAT(FieldsOf(assembly),
              ElementsAre("AssembleEvent.PlanV2ManifestGcsUri",
                          "AssembleEvent.PlanV2ArtifactGcsPrefix", "AssembleEvent.ChunkGcsUris[0]",
                          "AssembleEvent.ChunkGcsUris[1]", "AssembleEvent.OutputGcsUri"));
  RenderConfig config;
  config.width = config.height = 16;
  EXPECT_THAT(FieldsOf(PlanEvent{PlanProtocol::kV2, GcsUri{"mine", "p"}, GcsUri{"mine", "r"},
                                 WireConfig::Of(config).value()}),
              ElementsAre("PlanEvent.ProjectGcsUri", "PlanEvent.PlanOutputGcsPrefix"));
}

TEST(BucketGuard, NamesTheFieldTheUriAndTheBucket) {
  AssembleEvent event = Assembly();
  event.chunks[1].bucket = "mine2";
  event.output.bucket = "yours";
  const auto guard = CheckBucketAllowed(event, "mine");
  ASSERT_FALSE(guard);
  EXPECT_EQ(guard.error().code, ErrorCode::kGcsUriNotAllowed);
  EXPECT_EQ(guard.error().message,
            "AssembleEvent.ChunkGcsUris[1] is gs://mine2/1, and this service keeps to gs://mine/. "
            "Give a URI there, or start it with another HYPERFRAMES_RENDER_BUCKET");
}

TEST(BucketGuard, IsWhatTheVariableSays) {
  const RenderEvent event = Assembly();
  EXPECT_EQ(CheckBucketAllowed(event, "mine").value(), BucketGuard::kEnforced);
  EXPECT_EQ(CheckBucketAllowed(event, " mine\n").value(), BucketGuard::kEnforced);
  EXPECT_EQ(CheckBucketAllowed(event, "*").value(), BucketGuard::kOptedOut);
  EXPECT_EQ(CheckBucketAllowed(event, "\t* ").value(), BucketGuard::kOptedOut);
  EXPECT_EQ(CheckBucketAllowed(event, std::nullopt).value(), BucketGuard::kDisabled);
  EXPECT_EQ(CheckBucketAllowed(event, "").value(), BucketGuard::kDisabled);
  EXPECT_EQ(CheckBucketAllowed(event, " \r\n").value(), BucketGuard::kDisabled);
  EXPECT_FALSE(CheckBucketAllowed(event, "Mine"));
  EXPECT_FALSE(CheckBucketAllowed(event, "min"));
  EXPECT_FALSE(CheckBucketAllowed(event, "mine*"));
  EXPECT_FALSE(CheckBucketAllowed(event, "**"));
}

RC_GTEST_PROP(BucketGuard, LetsAnEventPassOnlyIfAllItsUrisAreInTheBucket, ()) {
  const RenderEvent event = *testing::RenderEvents();
  const std::vector<EventUri> uris = UrisOf(event);
  const std::string bucket = (*rc::gen::elementOf(uris)).uri.bucket;
  RC_PRE(BucketGuardOf(bucket) == BucketGuard::kEnforced);
  RC_PRE(bucket.find_first_of(" \t\n\v\f\r") == std::string::npos);
  bool all = true;
  for (const EventUri& each : uris) all = all && each.uri.bucket == bucket;
  RC_ASSERT(CheckBucketAllowed(event, bucket).has_value() == all);
}

}  // namespace
}  // namespace hyperlocal
