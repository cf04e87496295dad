#include "engine/plan/plan_hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/file/file_tree.h"
#include "engine/hash/sha256.h"
#include "engine/plan/plan_directory.h"
#include "tests/support/file_content.h"
#include "tests/support/plan_samples.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using testing::FileContent;
using testing::FrozenPlan;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

TEST(PlanHash, IsOverThePartsInTheOrderOfTheContract) {
  const TemporaryDirectory directory;
  const PlanDirectory plan = FrozenPlan(directory.path());
  std::string hashed = "hyperframes-plan-hash-v1\0<html></html>\0"s;
  // By the whole path: '.' comes before '/', so a.txt before assets/.
  for (const char* path :
       {"audio.m4a", "compiled/a.txt", "compiled/assets/style.css", "meta/chunks.json",
        "meta/composition.json", "meta/videos.json", "video-frames/v1/frame_00001.jpg"}) {
    hashed += path + "\0"s + Sha256Hex(FileContent(directory / path)) + "\0"s;
  }
  hashed += "feed\0"s + FileContent(directory / "meta/encoder.json") + "\0"s;
  hashed += "0.8.31\0ffmpeg version 5.1\0"s + "30/1x640x360xmp4";
  EXPECT_EQ(plan.plan_hash, Sha256Hex(hashed));
}

TEST(PlanHash, AnyFlippedByteOfAnyHashedFileChangesIt) {
  const TemporaryDirectory directory;
  const PlanDirectory plan = FrozenPlan(directory.path());
  std::vector<TreeFile> files = *ListFileTree(directory.path());
  std::erase_if(
      files, [](const TreeFile& file) { return file.path == "plan.json" || file.size_bytes == 0; });
  const bool held = rc::check("a flipped byte changes the plan hash", [&] {
    const TreeFile file = files[*rc::gen::inRange<std::size_t>(0, files.size())];
    const std::string bytes = FileContent(directory / file.path);
    std::string flipped = bytes;
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    flipped[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
    PutFile(directory / file.path, flipped);
    const std::string hash = *ComputePlanHash(plan);
    PutFile(directory / file.path, bytes);
    RC_ASSERT(hash != plan.plan_hash);
  });
  EXPECT_TRUE(held);
  EXPECT_TRUE(VerifyPlanHash(plan));
}

TEST(PlanHash, EveryFactOfTheManifestChangesIt) {
  const TemporaryDirectory directory;
  const PlanDirectory plan = FrozenPlan(directory.path());
  const std::vector<std::function<void(PlanDirectory&)>> changes = {
      [](PlanDirectory& other) { other.producer_version += "0"; },
      [](PlanDirectory& other) { other.ffmpeg_version += "0"; },
      [](PlanDirectory& other) { other.font_snapshot_sha += "0"; },
      [](PlanDirectory& other) {
        other.fps = {60, 1};
      },
      [](PlanDirectory& other) {
        other.fps = {30, 2};
      },
      [](PlanDirectory& other) { other.width = 642; },
      [](PlanDirectory& other) { other.height = 362; },
      [](PlanDirectory& other) { other.format = OutputFormat::kMov; },
  };
  std::set<std::string> hashes = {plan.plan_hash};
  for (const auto& change : changes) {
    PlanDirectory other = plan;
    change(other);
    EXPECT_TRUE(hashes.insert(*ComputePlanHash(other)).second);
  }
}

TEST(PlanHash, FilesThatComeGoOrMoveChangeItAndLinksDoNot) {
  const TemporaryDirectory directory;
  const PlanDirectory plan = FrozenPlan(directory.path());
  std::filesystem::create_symlink("index.html", directory / "compiled/link.html");
  std::filesystem::create_directory(directory / "compiled/empty");
  EXPECT_EQ(*ComputePlanHash(plan), plan.plan_hash);
  std::filesystem::rename(directory / "compiled/a.txt", directory / "compiled/b.txt");
  const std::string moved = *ComputePlanHash(plan);
  EXPECT_NE(moved, plan.plan_hash);
  std::filesystem::remove(directory / "compiled/b.txt");
  EXPECT_NE(*ComputePlanHash(plan), moved);
  EXPECT_NE(*ComputePlanHash(plan), plan.plan_hash);
}

TEST(PlanHash, TakesBackslashesInANameForOneSlash) {
  const TemporaryDirectory directory;
  PlanDirectory plan = testing::UnfrozenPlan(directory.path());
  PutFile(directory / "compiled/x/y", "1");
  ASSERT_TRUE(FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes));
  std::filesystem::remove_all(directory / "compiled/x");
  PutFile(directory / "compiled" / "x\\\\y", "1");
  EXPECT_EQ(*ComputePlanHash(plan), plan.plan_hash);
}

TEST(VerifyPlanHash, NamesBothHashesAndTheWayOut) {
  const TemporaryDirectory directory;
  const PlanDirectory plan = FrozenPlan(directory.path());
  EXPECT_TRUE(VerifyPlanHash(plan));
  PutFile(directory / "compiled/a.txt", "tampered");
  const auto status = VerifyPlanHash(plan);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kPlanHashMismatch);
  EXPECT_THAT(status.error().message,
              AllOf(HasSubstr(plan.plan_hash), HasSubstr(*ComputePlanHash(plan)),
                    HasSubstr(directory.path().string()), HasSubstr("plan again")));
}

TEST(VerifyPlanHash, AMissingArtifactIsNotAMismatch) {
  for (const char* name : {"compiled/index.html", "meta/encoder.json"}) {
    const TemporaryDirectory directory;
    const PlanDirectory plan = FrozenPlan(directory.path());
    std::filesystem::remove(directory / name);
    EXPECT_EQ(VerifyPlanHash(plan).error().code, ErrorCode::kMissingPlanArtifact) << name;
  }
}

TEST(PlanManifestHash, IsOverTheCanonicalManifestWithoutItsHash) {
  const nlohmann::json manifest = {
      {"planHash", "whatever"}, {"b", 1.0}, {"a", {{"d", 1}, {"c", 2}}}};
  EXPECT_EQ(*PlanManifestHash(manifest),
            Sha256Hex("hyperframes-plan-manifest-hash-v2\0"s + R"({"a":{"c":2,"d":1},"b":1})"));
  EXPECT_EQ(PlanManifestHash(nlohmann::json::array()).error().code, ErrorCode::kInvalidJson);
}

}  // namespace
}  // namespace hyperlocal
