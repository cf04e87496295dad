#include "engine/wire/bucket_layout.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hyperlocal {
namespace {

struct Case {
  std::string prefix;
  std::string v1_archive;
  std::string v2_manifest;
  std::string first_chunk;
};

TEST(BucketLayout, NamesAreThePublishedOnesWhateverThePrefixEndsIn) {
  const std::vector<Case> cases = {
      {"gs://b/r/1", "gs://b/r/1/plan.tar.gz", "gs://b/r/1/v2/manifest.json",
       "gs://b/r/1/chunks/0000.mp4"},
      {"gs://b/r/1/", "gs://b/r/1/plan.tar.gz", "gs://b/r/1/v2/manifest.json",
       "gs://b/r/1/chunks/0000.mp4"},
      {"gs://b/r//", "gs://b/r//plan.tar.gz", "gs://b/r/v2/manifest.json",
       "gs://b/r//chunks/0000.mp4"},
      {"gs://b//", "gs://b//plan.tar.gz", "gs://b/v2/manifest.json", "gs://b//chunks/0000.mp4"},
      {"gs://b///", "gs://b///plan.tar.gz", "gs://b/v2/manifest.json", "gs://b///chunks/0000.mp4"},
  };
  for (const Case& each : cases) {
    const GcsUri prefix = ParseGcsUri(each.prefix).value();
    EXPECT_EQ(FormatGcsUri(V1PlanUnder(prefix).archive), each.v1_archive) << each.prefix;
    EXPECT_EQ(FormatGcsUri(V2PlanUnder(prefix).manifest), each.v2_manifest) << each.prefix;
    EXPECT_EQ(FormatGcsUri(ChunkUri(prefix, 0, OutputFormat::kMp4)), each.first_chunk)
        << each.prefix;
  }
}

TEST(BucketLayout, BlobsLieByTheFirstTwoDigitsOfTheirDigest) {
  const std::string digest = "ab" + std::string(62, '0');
  const GcsUri prefix = V2PlanUnder(GcsUri{"b", "r/1/"}).artifact_prefix;
  EXPECT_EQ(FormatGcsUri(prefix), "gs://b/r/1/v2/artifacts/sha256");
  EXPECT_EQ(FormatGcsUri(V2BlobUri(prefix, digest)), "gs://b/r/1/v2/artifacts/sha256/ab/" + digest);
  EXPECT_EQ(FormatGcsUri(V2BlobUri(GcsUri{"b", "x/"}, digest)), "gs://b/x/ab/" + digest);
}

TEST(BucketLayout, ChunksHaveFourDigitsOrMoreAndTheExtensionOfTheirFormat) {
  const GcsUri prefix{"b", "r"};
  EXPECT_EQ(ChunkUri(prefix, 7, OutputFormat::kMov).key, "r/chunks/0007.mov");
  EXPECT_EQ(ChunkUri(prefix, 255, OutputFormat::kWebm).key, "r/chunks/0255.webm");
  EXPECT_EQ(ChunkUri(prefix, 9999, OutputFormat::kPngSequence).key, "r/chunks/9999.tar.gz");
  EXPECT_EQ(ChunkUri(prefix, 12345, OutputFormat::kMp4).key, "r/chunks/12345.mp4");
}

}  // namespace
}  // namespace hyperlocal
