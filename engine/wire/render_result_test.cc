#include "engine/wire/render_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/json/canonical_json.h"
#include "tests/support/wire_generators.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using ::testing::StartsWith;

const std::string kHash(64, 'a');

PlanResult PlanOf(PlanLocator locator) {
  PlanResult result;
  result.plan = std::move(locator);
  result.plan_hash = kHash;
  result.chunk_count = 4;
  result.total_frames = 120;
  result.fps = 24;
  result.width = 640;
  result.height = 360;
  result.format = OutputFormat::kMov;
  result.has_audio = true;
  result.ffmpeg_version = "ffmpeg version 5.1";
  result.producer_version = "0.8.31";
  result.duration = std::chrono::milliseconds(1500);
  return result;
}

PlanResult PlanV1() {
  return PlanOf(V1Locator{GcsUri{"b", "r/plan.tar.gz"}});
}
PlanResult PlanV2() {
  return PlanOf(V2Locator{GcsUri{"b", "r/v2/manifest.json"}, GcsUri{"b", "r/v2/artifacts/sha256"}});
}
RenderChunkResult Chunk() {
  return RenderChunkResult{GcsUri{"b", "r/chunks/0002.mp4"}, 2, kHash, 30, "screenshot",
                           std::chrono::milliseconds(7)};
}
AssembleResult Assembly() {
  return AssembleResult{GcsUri{"b", "out.mp4"}, 120, 34567, std::chrono::milliseconds(9)};
}

json AsJson(const RenderResult& result) {
  return ParseJson(ToJson(result).value(), "t").value();
}

TEST(RenderResult, IsWrittenInThePublishedOrder) {
  const std::string rest =
      R"("PlanHash":")" + kHash +
      R"(","ChunkCount":4,"TotalFrames":120,"Fps":24,"Width":640,"Height":360,"Format":"mov",)"
      R"("HasAudio":true,"AudioGcsUri":null,"FfmpegVersion":"ffmpeg version 5.1",)"
      R"("ProducerVersion":"0.8.31","DurationMs":1500})";
  EXPECT_EQ(ToJson(PlanV1()).value(),
            R"({"Action":"plan","PlanGcsUri":"gs://b/r/plan.tar.gz",)" + rest);
  EXPECT_EQ(ToJson(PlanV2()).value(),
            R"({"Action":"plan","PlanProtocol":"v2",)"
            R"("PlanV2ManifestGcsUri":"gs://b/r/v2/manifest.json",)"
            R"("PlanV2ArtifactGcsPrefix":"gs://b/r/v2/artifacts/sha256",)" +
                rest);
  EXPECT_EQ(ToJson(Chunk()).value(),
            R"({"Action":"renderChunk","ChunkGcsUri":"gs://b/r/chunks/0002.mp4","ChunkIndex":2,)"
            R"("Sha256":")" +
                kHash + R"(","FramesEncoded":30,"CaptureMode":"screenshot","DurationMs":7})");
  EXPECT_EQ(ToJson(Assembly()).value(),
            R"({"Action":"assemble","OutputGcsUri":"gs://b/out.mp4","FramesEncoded":120,)"
            R"("FileSize":34567,"DurationMs":9})");
}

TEST(RenderResult, AChunkOfAnOldServiceHasNoCaptureMode) {
  json value = AsJson(Chunk());
  value.erase("CaptureMode");
  const auto chunk = ReadRenderChunkResult(value);
  ASSERT_TRUE(chunk) << chunk.error().message;
  EXPECT_EQ(chunk->capture_mode, std::nullopt);
  EXPECT_EQ(AsJson(*chunk), value);
}

TEST(RenderResult, APlanWithoutAProtocolIsV1) {
  EXPECT_EQ(ReadPlanResult(AsJson(PlanV1())).value(), PlanV1());
  json named = AsJson(PlanV1());
  named["PlanProtocol"] = "v1";
  EXPECT_EQ(ReadPlanResult(named).value(), PlanV1());
}

TEST(RenderResult, ProtocolsDoNotMix) {
  json v1 = AsJson(PlanV1());
  json v2 = AsJson(PlanV2());
  const auto code = [](const json& value) { return ReadPlanResult(value).error().code; };
  json mixed = v2;
  mixed["PlanGcsUri"] = "gs://b/x";
  EXPECT_EQ(code(mixed), ErrorCode::kPlanProtocolUnsupported);
  mixed = v1;
  mixed["PlanV2ManifestGcsUri"] = "gs://b/x";
  EXPECT_EQ(code(mixed), ErrorCode::kPlanProtocolUnsupported);
  v2.erase("PlanProtocol");
  EXPECT_EQ(code(v2), ErrorCode::kPlanProtocolUnsupported);
  v1["PlanProtocol"] = "v3";
  EXPECT_EQ(code(v1), ErrorCode::kPlanProtocolUnsupported);
}

TEST(RenderResult, EveryFieldMustBeThereAndOfItsType) {
  for (const RenderResult& result : std::vector<RenderResult>{PlanV1(), Chunk(), Assembly()}) {
    const json good = AsJson(result);
    for (const auto& [name, value] : good.items()) {
      json broken = good;
      broken.erase(name);
      const bool optional = name == "CaptureMode";
      EXPECT_EQ(ParseRenderResult(broken.dump()).has_value(), optional) << name << " missing";
      broken = good;
      broken[name] = {{"not", "this"}};
      EXPECT_FALSE(ParseRenderResult(broken.dump())) << name << " mistyped";
    }
  }
}

struct Case {
  std::string name;
  json value;
  std::string problem;
};

TEST(RenderResult, NamesTheFieldAndWhatItGot) {
  const std::vector<Case> cases = {
      {"Action", "renderChunk", "PlanResult.Action must be plan; got \"renderChunk\""},
      {"PlanGcsUri", "gs://b", "PlanResult.PlanGcsUri must be a URI like gs://bucket/key, and"},
      {"PlanHash", "x", "PlanResult.PlanHash must be a SHA-256 in 64 lower-case"},
      {"ChunkCount", -1, "PlanResult.ChunkCount must be a whole number from 0; got -1"},
      {"Fps", 25, "PlanResult.Fps must be one of 24, 30, 60; got 25"},
      {"Width", 0, "PlanResult.Width must be a whole number from 1; got 0"},
      {"Format", "gif", "PlanResult.Format must be one of mp4, mov, png-sequence, webm"},
      {"HasAudio", 1, "PlanResult.HasAudio must be true or false; got 1"},
      {"AudioGcsUri", "gs://b/a", "PlanResult.AudioGcsUri must be null; got \"gs://b/a\""},
      {"FfmpegVersion", nullptr, "PlanResult.FfmpegVersion must be a string; got null"},
      {"DurationMs", 0.5, "PlanResult.DurationMs must be a whole number from 0; got 0.5"},
  };
  for (const Case& each : cases) {
    json value = AsJson(PlanV1());
    value[each.name] = each.value;
    const auto result = ReadPlanResult(value);
    ASSERT_FALSE(result) << each.name;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidJson) << each.name;
    EXPECT_THAT(result.error().message, StartsWith(each.problem));
  }
  EXPECT_EQ(ReadAssembleResult(nullptr).error().message, "AssembleResult must be a JSON object");
  EXPECT_THAT(ParseRenderResult("[]").error().message, StartsWith("the answer must be a JSON"));
  EXPECT_THAT(ParseRenderResult("<html>").error().message, StartsWith("the answer: not JSON"));
}

RC_GTEST_PROP(RenderResult, ReadsBackWhatWasWritten, ()) {
  const RenderResult result = *testing::RenderResults();
  const auto read = ParseRenderResult(ToJson(result).value());
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == result);
}

RC_GTEST_PROP(RenderResult, AnyOtherJsonIsATypedError, ()) {
  const json value = (*testing::JsonSamples()).value;
  RC_ASSERT(ReadPlanResult(value).error().code == ErrorCode::kInvalidJson);
  RC_ASSERT(ReadRenderChunkResult(value).error().code == ErrorCode::kInvalidJson);
  RC_ASSERT(ReadAssembleResult(value).error().code == ErrorCode::kInvalidJson);
}

RC_GTEST_PROP(RenderResult, ADamagedResultIsStillOneOrATypedError, ()) {
  const json damaged = testing::WithOneMemberDamaged(AsJson(*testing::RenderResults()));
  const auto read = ParseRenderResult(CanonicalJson(damaged).value());
  if (read) {
    RC_ASSERT(ParseRenderResult(ToJson(*read).value()).value() == *read);
  } else {
    const ErrorCode code = read.error().code;
    RC_ASSERT(code == ErrorCode::kInvalidJson || code == ErrorCode::kPlanProtocolUnsupported);
  }
}

}  // namespace
}  // namespace hyperlocal
