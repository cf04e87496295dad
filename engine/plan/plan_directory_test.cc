#include "engine/plan/plan_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/file/file_tree.h"
#include "engine/file/whole_file.h"
#include "engine/plan/plan_hash.h"
#include "tests/support/file_content.h"
#include "tests/support/plan_samples.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using testing::FileContent;
using testing::FrozenPlan;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;
using testing::UnfrozenPlan;

// Made by the published freezePlan over the same directory.
constexpr const char* kPublishedHash =
    "02cdb8350ce0f301df693fd6d2060033874a7b21acf43edd23d0fbb240935a35";

TEST(FreezePlanDirectory, WritesThePublishedBytes) {
  const TemporaryDirectory directory;
  const PlanDirectory plan = FrozenPlan(directory.path());
  EXPECT_EQ(FileContent(directory / "meta/chunks.json"), R"([
  {
    "index": 0,
    "startFrame": 0,
    "endFrame": 10
  },
  {
    "index": 1,
    "startFrame": 10,
    "endFrame": 15
  }
]
)");
  EXPECT_EQ(FileContent(directory / "meta/composition.json"), R"({
  "durationSeconds": 0.5,
  "width": 640,
  "height": 360,
  "fps": {
    "num": 30,
    "den": 1
  },
  "videoCount": 0,
  "audioCount": 1,
  "imageCount": 2
}
)");
  EXPECT_EQ(
      FileContent(directory / "meta/encoder.json"),
      R"({"browserGpuMode":"software","captureMode":"beginframe","chunkCount":2,"chunkSize":10,)"
      R"("closedGop":true,"crf":18,"deviceScaleFactor":1,"encoder":"libx264-software",)"
      R"("ffmpegVersion":"ffmpeg version 5.1","forceKeyframes":"n=0","forceScreenshot":false,)"
      R"("gopSize":10,"pixelFormat":"yuv420p","preset":"medium","quality":"standard",)"
      R"("runtimeEnv":{"PRODUCER_RENDER_X":"1"},"useLayeredHdrComposite":false,)"
      R"("variables":{"a":1.5,"b":"x"},"warmupTicks":60})");
  EXPECT_EQ(FileContent(directory / "meta/videos.json"),
            "{\n  \"videos\": [],\n  \"extracted\": []\n}");
  EXPECT_EQ(FileContent(directory / "plan.json"), R"({
  "protocol": {
    "schemaVersion": 1,
    "artifactLayout": "plan-dir-v1",
    "hashSchema": "hyperframes-plan-hash-v1"
  },
  "planHash": ")" + plan.plan_hash + R"(",
  "producerVersion": "0.8.31",
  "ffmpegVersion": "ffmpeg version 5.1",
  "fontSnapshotSha": "feed",
  "dimensions": {
    "fpsNum": 30,
    "fpsDen": 1,
    "width": 640,
    "height": 360,
    "format": "mp4"
  },
  "chunkCount": 2,
  "totalFrames": 15,
  "duration": 0.5,
  "hasAudio": true
}
)");
  EXPECT_EQ(plan.plan_hash, kPublishedHash);
}

TEST(FreezePlanDirectory, WhatItWroteReadsBackAndVerifies) {
  const TemporaryDirectory directory;
  const PlanDirectory plan = FrozenPlan(directory.path());
  const auto read = ReadPlanDirectory(directory.path());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->plan_hash, plan.plan_hash);
  EXPECT_EQ(read->producer_version, plan.producer_version);
  EXPECT_EQ(read->ffmpeg_version, plan.ffmpeg_version);
  EXPECT_EQ(read->font_snapshot_sha, plan.font_snapshot_sha);
  EXPECT_EQ(read->format, plan.format);
  EXPECT_EQ(read->fps, plan.fps);
  EXPECT_EQ(read->width, plan.width);
  EXPECT_EQ(read->height, plan.height);
  EXPECT_EQ(read->total_frames, plan.total_frames);
  EXPECT_EQ(read->duration_seconds, plan.duration_seconds);
  EXPECT_EQ(read->has_audio, plan.has_audio);
  EXPECT_EQ(read->chunks, plan.chunks);
  EXPECT_EQ(read->composition.image_count, 2);
  EXPECT_EQ(read->composition.fps, plan.fps);
  EXPECT_EQ(read->audio_file(), directory / "audio.m4a");
  EXPECT_TRUE(VerifyPlanHash(*read));
}

TEST(FreezePlanDirectory, TwiceGivesTheSameHashWhateverAnEarlierRunLeft) {
  const TemporaryDirectory directory;
  const std::string first = FrozenPlan(directory.path()).plan_hash;
  PutFile(AsideOf(directory / "plan.json"), "half a plan");
  PutFile(AsideOf(directory / "meta/videos.json"), "half a list");
  PlanDirectory again = UnfrozenPlan(directory.path());
  ASSERT_TRUE(FreezePlanDirectory(again, kDefaultPlanSizeLimitBytes));
  EXPECT_EQ(again.plan_hash, first);
}

TEST(FreezePlanDirectory, KeepsAVideosFileThatIsThere) {
  const TemporaryDirectory directory;
  PlanDirectory plan = UnfrozenPlan(directory.path());
  PutFile(directory / "meta/videos.json", "{\"videos\":[1]}");
  ASSERT_TRUE(FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes));
  EXPECT_EQ(FileContent(directory / "meta/videos.json"), "{\"videos\":[1]}");
}

TEST(FreezePlanDirectory, APlanTooLargeNamesItsLargestPartsAndIsNotAPlan) {
  const TemporaryDirectory directory;
  PlanDirectory plan = FrozenPlan(directory.path());
  PutFile(directory / "video-frames/intro/000001.jpg", std::string(3 << 20, 'x'));
  PutFile(directory / "video-frames/intro/000002.jpg", std::string(2 << 20, 'x'));
  PutFile(directory / "compiled/assets/big.bin", std::string(1 << 20, 'x'));
  const auto status = FreezePlanDirectory(plan, 1 << 20);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kPlanTooLarge);
  EXPECT_THAT(status.error().message,
              AllOf(HasSubstr(directory.path().string()), HasSubstr("6.00 MiB"),
                    HasSubstr("may have 1.00 MiB"),
                    HasSubstr("video-frames/intro 5.00 MiB, compiled/assets 1.00 MiB"),
                    HasSubstr("planDirSizeLimitBytes")));
  EXPECT_FALSE(std::filesystem::exists(directory / "plan.json"));
}

TEST(FreezePlanDirectory, TheLimitCountsEveryByteOfTheFinishedPlan) {
  const TemporaryDirectory directory;
  PlanDirectory plan = FrozenPlan(directory.path());
  std::int64_t bytes = 0;
  const auto files = ListFileTree(directory.path());
  for (const TreeFile& file : *files) bytes += file.size_bytes;
  EXPECT_TRUE(FreezePlanDirectory(plan, bytes));
  EXPECT_EQ(FreezePlanDirectory(plan, bytes - 1).error().code, ErrorCode::kPlanTooLarge);
  EXPECT_FALSE(std::filesystem::exists(directory / "plan.json"));
}

TEST(FreezePlanDirectory, RefusesAPlanThatContradictsItself) {
  const std::vector<std::function<void(PlanDirectory&)>> mistakes = {
      [](PlanDirectory& plan) { plan.chunks.pop_back(); },
      [](PlanDirectory& plan) { plan.total_frames = 16; },
      [](PlanDirectory& plan) { plan.locked.chunk_count = 3; },
      [](PlanDirectory& plan) { plan.locked.ffmpeg_version = "another"; },
      [](PlanDirectory& plan) { plan.has_audio = false; },
      [](PlanDirectory& plan) { std::filesystem::remove(plan.root / "audio.m4a"); },
  };
  for (const auto& mistake : mistakes) {
    const TemporaryDirectory directory;
    PlanDirectory plan = UnfrozenPlan(directory.path());
    mistake(plan);
    EXPECT_EQ(FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes).error().code,
              ErrorCode::kInternal);
    EXPECT_FALSE(std::filesystem::exists(directory / "plan.json"));
  }
}

TEST(FreezePlanDirectory, NeedsTheEntryPage) {
  const TemporaryDirectory directory;
  PlanDirectory plan = UnfrozenPlan(directory.path());
  std::filesystem::remove(directory / "compiled/index.html");
  const auto status = FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kMissingPlanArtifact);
  EXPECT_THAT(status.error().message, HasSubstr("compiled/index.html"));
}

TEST(PlanDirectory, TakesTheAudioOfOlderPlans) {
  const TemporaryDirectory directory;
  PlanDirectory plan;
  plan.root = directory.path();
  EXPECT_EQ(plan.audio_file(), "");
  PutFile(directory / "audio.aac", "x");
  EXPECT_EQ(plan.audio_file(), directory / "audio.aac");
  PutFile(directory / "audio.m4a", "x");
  EXPECT_EQ(plan.audio_file(), directory / "audio.m4a");
}

TEST(ReadPlanDirectory, NamesTheArtifactThatIsMissing) {
  for (const char* name : {"plan.json", "meta/encoder.json", "meta/chunks.json",
                           "meta/composition.json", "compiled/index.html"}) {
    const TemporaryDirectory directory;
    FrozenPlan(directory.path());
    std::filesystem::remove(directory / name);
    const auto plan = ReadPlanDirectory(directory.path());
    ASSERT_FALSE(plan) << name;
    EXPECT_EQ(plan.error().code, ErrorCode::kMissingPlanArtifact);
    EXPECT_THAT(plan.error().message, HasSubstr(name));
  }
}

// What reading says after `change` to one JSON file of a frozen plan; empty: it reads.
std::string AfterChange(const char* name, const std::function<void(json&)>& change) {
  const TemporaryDirectory directory;
  FrozenPlan(directory.path());
  json content = json::parse(FileContent(directory / name));
  change(content);
  PutFile(directory / name, content.dump());
  const auto plan = ReadPlanDirectory(directory.path());
  if (plan) return "";
  const std::string& message = plan.error().message;
  const std::string place = (directory / name).string();
  EXPECT_TRUE(message.starts_with(place)) << message;
  return std::string(plan.error().spec().wire) + message.substr(place.size());
}

TEST(ReadPlanDirectory, APlanWithoutAProtocolIsTheFirstVersion) {
  EXPECT_EQ(AfterChange("plan.json", [](json& plan) { plan.erase("protocol"); }), "");
  EXPECT_EQ(AfterChange("plan.json", [](json& plan) { plan["protocol"]["more"] = 1; }), "");
}

TEST(ReadPlanDirectory, AProtocolMustBeCompleteAndKnown) {
  const auto with_protocol = [](const json& protocol) {
    return AfterChange("plan.json", [&protocol](json& plan) { plan["protocol"] = protocol; });
  };
  const json known = {{"schemaVersion", 1},
                      {"artifactLayout", "plan-dir-v1"},
                      {"hashSchema", "hyperframes-plan-hash-v1"}};
  EXPECT_EQ(with_protocol(known), "");
  EXPECT_EQ(with_protocol(nullptr), "PLAN_PROTOCOL_UNSUPPORTED: protocol must be an object");
  for (const auto& [name, value] : known.items()) {
    json lacking = known;
    lacking.erase(name);
    EXPECT_EQ(with_protocol(lacking), "PLAN_PROTOCOL_UNSUPPORTED: protocol lacks " + name);
    json other = known;
    other[name] = "other";
    EXPECT_EQ(with_protocol(other),
              "PLAN_PROTOCOL_UNSUPPORTED: this version does not know the protocol's " + name);
  }
  EXPECT_EQ(
      with_protocol({{"schemaVersion", 2},
                     {"artifactLayout", "content-addressed-plan-v2"},
                     {"hashSchema", kPlanHashSchemaV2}}),
      "PLAN_PROTOCOL_UNSUPPORTED: a content-addressed plan (v2) has to be materialized first");
  EXPECT_EQ(AfterChange("plan.json", [](json& plan) { plan = json::array(); }),
            "PLAN_PROTOCOL_UNSUPPORTED: must be a JSON object");
}

TEST(ReadPlanDirectory, NamesTheMemberThatIsWrong) {
  EXPECT_EQ(AfterChange("plan.json", [](json& plan) { plan.erase("planHash"); }),
            "INVALID_JSON: planHash must be a string, and is missing");
  EXPECT_EQ(AfterChange("plan.json", [](json& plan) { plan["dimensions"]["width"] = 640.5; }),
            "INVALID_JSON.dimensions: width must be an integer of at least 1");
  EXPECT_EQ(AfterChange("plan.json", [](json& plan) { plan["dimensions"]["format"] = "gif"; }),
            "INVALID_JSON.dimensions: format must be mp4, mov, png-sequence or webm");
  EXPECT_EQ(AfterChange("plan.json", [](json& plan) { plan["chunkCount"] = 3; })
                .substr(0, sizeof("INVALID_JSON: chunkCount must be the number of chunks") - 1),
            "INVALID_JSON: chunkCount must be the number of chunks");
  EXPECT_EQ(AfterChange("meta/chunks.json", [](json& chunks) { chunks[1]["startFrame"] = 9; }),
            "INVALID_JSON: chunk 1 starts at frame 9 instead of 10");
  EXPECT_EQ(AfterChange("meta/chunks.json", [](json& chunks) { chunks[1] = 9; }),
            "INVALID_JSON[1]: must be a JSON object");
  EXPECT_EQ(AfterChange("meta/encoder.json", [](json& locked) { locked["encoder"] = "gif"; }),
            "INVALID_JSON: encoder must be one of libx264-software, libx265-software, "
            "libvpx-vp9-software, prores-software, png-sequence");
  EXPECT_EQ(AfterChange("meta/encoder.json", [](json& locked) { locked.erase("runtimeEnv"); }),
            "MISSING_RUNTIME_ENV_SNAPSHOT: runtimeEnv must be an object; plan again");
  EXPECT_EQ(AfterChange("meta/composition.json", [](json& facts) { facts["fps"] = 30; }),
            "INVALID_JSON: fps must be an object");
}

TEST(ReadPlanDirectory, TextThatIsNoJsonIsNamedWithItsPlace) {
  const TemporaryDirectory directory;
  FrozenPlan(directory.path());
  PutFile(directory / "meta/chunks.json", "[\n{]");
  const auto plan = ReadPlanDirectory(directory.path());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kInvalidJson);
  EXPECT_EQ(plan.error().message, (directory / "meta/chunks.json").string() +
                                      ": not JSON at line 2, column 2: unexpected ']'");
}

}  // namespace
}  // namespace hyperlocal
