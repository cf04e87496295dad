// A plan on its way from one machine to the others: published by content, materialized for each
// worker, and checked before it is used.
#include "engine/plan/publish_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/file/file_tree.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/plan/materialize_plan.h"
#include "engine/plan/plan_hash.h"
#include "tests/support/file_content.h"
#include "tests/support/plan_samples.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using testing::FileContent;
using testing::FrozenPlan;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;
using testing::UnfrozenPlan;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Files(const fs::path& root) {
  const auto files = ListFileTree(root);
  std::vector<std::string> paths;
  if (files) {
    for (const TreeFile& file : *files) paths.push_back(file.path);
  }
  return paths;
}

// The sample plan with a video of three extracted frames, of which the first chunk shows two and
// the second one.
PlanDirectory PlanWithVideo(const fs::path& root) {
  PlanDirectory plan = UnfrozenPlan(root);
  for (const char* frame : {"1", "2", "3", "4"}) {
    PutFile(root / "video-frames/v1" / ("frame_0000" + std::string(frame) + ".jpg"), frame);
  }
  PutFile(root / "video-frames/v1/.hf-complete", "");
  // 7.5 frames a second from 0.2 s on: frame 6 of 30 shows the first, 10 the second.
  PutFile(root / "meta/videos.json", R"({
    "videos": [{"id": "v1", "src": "v.mp4", "start": 0.2, "end": 0.4, "mediaStart": 0,
                "loop": false, "hasAudio": false}],
    "extracted": [{"videoId": "v1", "srcPath": "v.mp4", "framePattern": "frame_%05d.jpg", "fps": 7.5,
                   "totalFrames": 4,
                   "metadata": {"durationSeconds": 1, "videoStreamDurationSeconds": 1, "width": 6,
                                "height": 4, "fps": 6, "videoCodec": "h264", "hasAudio": false,
                                "isVFR": false, "hasAlpha": false, "colorSpace": null}}]})");
  EXPECT_TRUE(FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes));
  return plan;
}

class PublishedPlan : public ::testing::Test {
 protected:
  PublishedPlan() : plan_(PlanWithVideo(directory_ / "plan")) {}

  Result<PlanManifest> Publish() {
    auto publisher = PublishPlanToDirectory(root_);
    if (!publisher) return publisher.error();
    return PublishPlan(plan_.root, **publisher);
  }

  const TemporaryDirectory directory_{"plan"};
  const PlanDirectory plan_;
  const fs::path root_ = directory_ / "published";
};

TEST_F(PublishedPlan, HoldsEveryFileOnceByItsContent) {
  const auto manifest = Publish();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->source_plan_v1_hash, plan_.plan_hash);
  EXPECT_EQ(manifest->chunk_count, 2);
  for (const PlanArtifact& artifact : manifest->artifacts) {
    const fs::path blob = root_ / BlobPath(artifact.sha256);
    EXPECT_EQ(FileContent(blob), FileContent(plan_.root / artifact.path));
    EXPECT_EQ(blob, root_ / "artifacts/sha256" / artifact.sha256.substr(0, 2) / artifact.sha256);
  }
  const auto read = ReadPlanManifest(root_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, *manifest);
  EXPECT_EQ(FileContent(root_ / "plan.json"), *PlanManifestJson(*manifest));
  EXPECT_EQ(*RecomputePlanHash(root_), manifest->plan_hash);
  EXPECT_THAT(Files(directory_.path()), ::testing::Not(::testing::Contains(HasSubstr("aside"))));
}

TEST_F(PublishedPlan, GivesEverybodyWhatTheyNeed) {
  const auto manifest = Publish();
  ASSERT_TRUE(manifest);
  std::map<std::string, PlanArtifact> by_path;
  for (const PlanArtifact& artifact : manifest->artifacts) by_path[artifact.path] = artifact;
  const auto for_all = [&](const char* path) { return by_path.at(path).every_chunk; };
  EXPECT_TRUE(for_all("plan.json") && by_path.at("plan.json").assembler);
  EXPECT_TRUE(for_all("meta/encoder.json") && by_path.at("meta/chunks.json").assembler);
  EXPECT_TRUE(for_all("compiled/index.html") && !by_path.at("compiled/index.html").assembler);
  EXPECT_TRUE(for_all("meta/videos.json") && !by_path.at("meta/composition.json").assembler);
  EXPECT_TRUE(!for_all("audio.m4a") && by_path.at("audio.m4a").assembler);
  EXPECT_THAT(by_path.at("video-frames/v1/frame_00001.jpg").chunks, ElementsAre(0));
  EXPECT_THAT(by_path.at("video-frames/v1/frame_00002.jpg").chunks, ElementsAre(1));
  EXPECT_FALSE(by_path.contains("video-frames/v1/frame_00003.jpg"));  // nobody shows it
  EXPECT_FALSE(by_path.contains("video-frames/v1/.hf-complete"));
  EXPECT_EQ(manifest->video_dependency_mode, VideoDependencyMode::kExactRenderedFrames);
}

TEST_F(PublishedPlan, BecomesAPlanDirectoryForEachWorker) {
  ASSERT_TRUE(Publish());
  ASSERT_TRUE(MaterializePlan(root_, PlanTarget::Chunk(1), directory_ / "chunk"));
  EXPECT_THAT(
      Files(directory_ / "chunk"),
      UnorderedElementsAre(".hyperframes-plan-v2.json", "compiled/a.txt",
                           "compiled/assets/style.css", "compiled/index.html", "meta/chunks.json",
                           "meta/composition.json", "meta/encoder.json", "meta/videos.json",
                           "plan.json", "video-frames/v1/frame_00002.jpg"));
  const auto chunk = ReadPlanDirectory(directory_ / "chunk");
  ASSERT_TRUE(chunk) << chunk.error().message;
  EXPECT_TRUE(VerifyPlan(*chunk, PlanTarget::Chunk(1)));
  const Status other = VerifyPlan(*chunk, PlanTarget::Chunk(0));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kPlanV2IntegrityUnrecoverable);

  ASSERT_TRUE(MaterializePlan(root_, PlanTarget::Assembler(), directory_ / "assembler"));
  EXPECT_THAT(Files(directory_ / "assembler"),
              UnorderedElementsAre(".hyperframes-plan-v2.json", "audio.m4a", "meta/chunks.json",
                                   "meta/encoder.json", "plan.json"));
  const auto assembler = ReadPlanForAssembly(directory_ / "assembler");
  ASSERT_TRUE(assembler) << assembler.error().message;
  EXPECT_TRUE(VerifyPlan(*assembler, PlanTarget::Assembler()));
  EXPECT_FALSE(assembler->audio_file().empty());
}

TEST_F(PublishedPlan, MakesTheDirectoryOfAVideoThatAChunkDoesNotShow) {
  fs::remove_all(plan_.root);
  PlanDirectory plan = PlanWithVideo(plan_.root);
  std::string videos = FileContent(plan_.root / "meta/videos.json");
  videos.replace(videos.find("0.4"), 3, "0.3");  // ends before the second chunk
  PutFile(plan_.root / "meta/videos.json", videos);
  ASSERT_TRUE(FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes));
  ASSERT_TRUE(Publish());
  ASSERT_TRUE(MaterializePlan(root_, PlanTarget::Chunk(1), directory_ / "chunk"));
  EXPECT_TRUE(fs::is_empty(directory_ / "chunk/video-frames/v1"));
}

TEST_F(PublishedPlan, GivesAllFramesToAllWhenThePlanDoesNotSayWhoShowsThem) {
  // An older plan, of another implementation: no meta/videos.json.
  fs::remove(plan_.root / "meta/videos.json");
  json manifest_v1 = json::parse(FileContent(plan_.root / "plan.json"));
  manifest_v1["planHash"] = *ComputePlanHash(plan_);
  PutFile(plan_.root / "plan.json", manifest_v1.dump());
  const auto manifest = Publish();
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->video_dependency_mode, VideoDependencyMode::kFullSourcePack);
  for (const PlanArtifact& artifact : manifest->artifacts) {
    const bool is_frame = artifact.path.starts_with("video-frames/");
    EXPECT_TRUE(!is_frame || artifact.every_chunk) << artifact.path;
  }
}

TEST_F(PublishedPlan, IsNotMadeOfADirectoryThatChanged) {
  PutFile(plan_.root / "compiled/a.txt", "changed");
  const auto manifest = Publish();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::kPlanHashMismatch);
  EXPECT_FALSE(fs::exists(root_));
}

TEST_F(PublishedPlan, IsNotMadeOfLinks) {
  fs::create_symlink("a.txt", plan_.root / "compiled/link.txt");  // no part of the plan's hash
  const auto manifest = Publish();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::kPlanV2IntegrityUnrecoverable);
  EXPECT_THAT(manifest.error().message, HasSubstr("link.txt"));
  EXPECT_THAT(Files(directory_.path()), ::testing::Not(::testing::Contains(HasSubstr("aside"))));
}

TEST_F(PublishedPlan, DoesNotReplaceWhatIsThere) {
  PutFile(root_ / "mine.txt", "x");
  const auto manifest = Publish();
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().code, ErrorCode::kCannotWrite);
  EXPECT_EQ(FileContent(root_ / "mine.txt"), "x");
}

TEST_F(PublishedPlan, RefusesABlobThatIsNotWhatWasSaid) {
  auto publisher = PublishPlanToDirectory(root_);
  ASSERT_TRUE(publisher);
  const Status put =
      (*publisher)->PutBlob(plan_.root / "plan.json", Sha256Hex("something else"), 3);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, ErrorCode::kPlanArtifactDigestMismatch);
}

TEST_F(PublishedPlan, RefusesAManifestBeforeItsBlobs) {
  const auto manifest = Publish();
  ASSERT_TRUE(manifest);
  auto publisher = PublishPlanToDirectory(directory_ / "other");
  ASSERT_TRUE(publisher);
  const Status committed = (*publisher)->CommitManifest(*PlanManifestJson(*manifest));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, ErrorCode::kPlanV2IntegrityUnrecoverable);
}

TEST_F(PublishedPlan, HasNoOtherChunksThanItsOwn) {
  ASSERT_TRUE(Publish());
  const auto materialized = MaterializePlan(root_, PlanTarget::Chunk(2), directory_ / "chunk");
  ASSERT_FALSE(materialized);
  EXPECT_EQ(materialized.error().code, ErrorCode::kChunkIndexOutOfRange);
  EXPECT_FALSE(fs::exists(directory_ / "chunk"));
}

// What a byte, a file or a member that is not right does: the code that tells everybody to plan
// again, and nothing half materialized.
TEST_F(PublishedPlan, WithAnyByteFlippedIsRefused) {
  ASSERT_TRUE(Publish());
  const std::vector<std::string> files = Files(root_);
  rc::check("a flipped bit is found", [&] {
    const std::string& name = *rc::gen::elementOf(files);
    const std::string before = FileContent(root_ / name);
    RC_PRE(!before.empty());
    std::string after = before;
    const auto at = *rc::gen::inRange<std::size_t>(0, before.size());
    after[at] = static_cast<char>(after[at] ^ (1 << *rc::gen::inRange(0, 8)));
    fs::remove(root_ / name);  // it may be a link to the plan's own file
    PutFile(root_ / name, after);
    bool refused = false;
    for (const PlanTarget target :
         {PlanTarget::Chunk(0), PlanTarget::Chunk(1), PlanTarget::Assembler()}) {
      const TemporaryDirectory place("materialized");
      const auto made = MaterializePlan(root_, target, place / "plan");
      if (!made) {
        RC_ASSERT(made.error().code == ErrorCode::kPlanV2IntegrityUnrecoverable ||
                  made.error().code == ErrorCode::kPlanProtocolUnsupported);
        RC_ASSERT(fs::is_empty(place.path()));
        refused = true;
      }
    }
    PutFile(root_ / name, before);
    RC_ASSERT(refused);
  });
}

TEST_F(PublishedPlan, MaterializedAndThenFlippedIsRefused) {
  ASSERT_TRUE(Publish());
  const fs::path place = directory_ / "chunk";
  ASSERT_TRUE(MaterializePlan(root_, PlanTarget::Chunk(0), place));
  const auto plan = ReadPlanDirectory(place);
  ASSERT_TRUE(plan);
  const std::vector<std::string> files = Files(place);
  rc::check("a flipped bit is found", [&] {
    const std::string& name = *rc::gen::elementOf(files);
    const std::string before = FileContent(place / name);
    RC_PRE(!before.empty());
    std::string after = before;
    const auto at = *rc::gen::inRange<std::size_t>(0, before.size());
    after[at] = static_cast<char>(after[at] ^ (1 << *rc::gen::inRange(0, 8)));
    PutFile(place / name, after);
    const Status verified = VerifyPlan(*plan, PlanTarget::Chunk(0));
    PutFile(place / name, before);
    RC_ASSERT(!verified);
  });
}

TEST_F(PublishedPlan, IgnoresMembersThatOthersAdd) {
  ASSERT_TRUE(Publish());
  json manifest = json::parse(FileContent(root_ / "plan.json"));
  manifest["later"] = {1, 2};
  manifest["artifacts"][0]["later"] = true;
  PutFile(root_ / "plan.json", manifest.dump());
  EXPECT_TRUE(ReadPlanManifest(root_));
}

struct Damage {
  const char* name;
  void (*change)(json& manifest);
  const char* said;
};
void PrintTo(const Damage& damage, std::ostream* out) {
  *out << damage.name;
}

class DamagedManifest : public PublishedPlan, public ::testing::WithParamInterface<Damage> {};

// Rehashed after the damage: the hash is no protection against somebody who means it.
TEST_P(DamagedManifest, IsRefusedWhateverItsHashSays) {
  ASSERT_TRUE(Publish());
  json manifest = json::parse(FileContent(root_ / "plan.json"));
  GetParam().change(manifest);
  if (manifest.is_object()) manifest["planHash"] = *PlanManifestHash(manifest);
  const auto read = ParsePlanManifest(*CanonicalJson(manifest), "plan.json");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().said));
  EXPECT_EQ(read.error().code, std::string(GetParam().said) == "protocol"
                                   ? ErrorCode::kPlanProtocolUnsupported
                                   : ErrorCode::kPlanV2IntegrityUnrecoverable);
}

INSTANTIATE_TEST_SUITE_P(
    All, DamagedManifest,
    ::testing::Values(
        Damage{"NoObject", [](json& m) { m = 1; }, "must be a JSON object"},
        Damage{"OtherProtocol", [](json& m) { m["protocol"]["schemaVersion"] = 3; }, "protocol"},
        Damage{"NoProtocol", [](json& m) { m.erase("protocol"); }, "protocol"},
        Damage{"UpwardPath", [](json& m) { m["artifacts"][0]["path"] = "../x"; }, "path must be"},
        Damage{"AbsolutePath", [](json& m) { m["artifacts"][0]["path"] = "/x"; }, "path must be"},
        Damage{"BackslashPath", [](json& m) { m["artifacts"][0]["path"] = "a\\..\\x"; },
               "path must be"},
        Damage{"DotPath", [](json& m) { m["artifacts"][0]["path"] = "a/./x"; }, "path must be"},
        Damage{"Twice", [](json& m) { m["artifacts"].push_back(m["artifacts"][0]); }, "twice"},
        Damage{"UpperCaseDigest",
               [](json& m) { m["artifacts"][0]["sha256"] = std::string(64, 'A'); }, "sha256"},
        Damage{"NegativeSize", [](json& m) { m["artifacts"][0]["sizeBytes"] = -1; }, "sizeBytes"},
        Damage{"ChunkBeyond", [](json& m) { m["artifacts"][0]["chunks"] = {2}; }, "chunks must"},
        Damage{"HalfAChunk", [](json& m) { m["artifacts"][0]["chunks"] = {0.5}; }, "chunks must"},
        Damage{"SomeChunks", [](json& m) { m["artifacts"][0]["chunks"] = "some"; }, "chunks must"},
        Damage{"NoPlan",
               [](json& m) {
                 for (auto it = m["artifacts"].begin(); it != m["artifacts"].end(); ++it) {
                   if ((*it)["path"] == "plan.json") {
                     m["artifacts"].erase(it);
                     return;
                   }
                 }
               },
               "lacks the artifact plan.json"},
        Damage{"OddRate", [](json& m) { m["fps"] = 25; }, "fps must be"},
        Damage{"NoChunks", [](json& m) { m["chunkCount"] = 0; }, "chunkCount must be"},
        Damage{"OtherMode", [](json& m) { m["limitations"]["videoDependencyMode"] = "guess"; },
               "videoDependencyMode"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace hyperlocal
