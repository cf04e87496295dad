#include "engine/config/render_config.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/json/canonical_json.h"
#include "tests/support/json_generators.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

json Valid() {
  return {{"fps", 30}, {"width", 640}, {"height", 360}, {"format", "mp4"}};
}

// The valid config with some fields set.
json With(const json& fields) {
  json config = Valid();
  config.update(fields);
  return config;
}

// The field of the violation, or "valid".
std::string Violation(const json& config) {
  const auto result = ValidateRenderConfig(config);
  if (result) return "valid";
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidConfig);
  const std::string& message = result.error().message;
  const std::string prefix = "[validateConfig] ";
  EXPECT_TRUE(message.starts_with(prefix)) << message;
  return message.substr(prefix.size(), message.find(": ") - prefix.size());
}

TEST(RenderConfig, FourFieldsAreEnoughAndTheRestHasDefaults) {
  const auto config = ValidateRenderConfig(Valid());
  ASSERT_TRUE(config);
  RenderConfig expected;
  expected.fps = 30;
  expected.width = 640;
  expected.height = 360;
  EXPECT_EQ(*config, expected);
}

TEST(RenderConfig, ReadsEveryField) {
  const auto config =
      ValidateRenderConfig(With({{"fps", 24.0},
                                 {"codec", "h265"},
                                 {"quality", "high"},
                                 {"bitrate", "2.5M"},
                                 {"chunkSize", 30},
                                 {"maxParallelChunks", 8},
                                 {"targetChunkFrames", 90},
                                 {"runtimeCap", "cloud-run-job"},
                                 {"hdrMode", "force-sdr"},
                                 {"videoFrameFormat", "png"},
                                 {"variables", {{"b", {1.50, nullptr}}, {"a", "x"}}},
                                 {"entryFile", "pages/main.html"},
                                 {"planDirSizeLimitBytes", 1e9},
                                 {"cfr", true},
                                 {"somethingNew", 1}}));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->fps, 24);
  EXPECT_EQ(config->codec, VideoCodec::kH265);
  EXPECT_EQ(config->quality, Quality::kHigh);
  EXPECT_EQ(config->bitrate, "2.5M");
  EXPECT_EQ(config->chunk_size, 30);
  EXPECT_EQ(config->max_parallel_chunks, 8);
  EXPECT_EQ(config->target_chunk_frames, 90);
  EXPECT_EQ(config->variables_json, R"({"a":"x","b":[1.5,null]})");
  EXPECT_EQ(config->entry_file, "pages/main.html");
  EXPECT_EQ(config->plan_dir_size_limit_bytes, 1'000'000'000);
  EXPECT_TRUE(config->cfr);
}

struct Case {
  std::string field;  // of the violation
  json config;
};

TEST(RenderConfig, EveryRuleNamesItsField) {
  const std::vector<Case> cases = {
      {"config", nullptr},
      {"config", "{}"},
      {"config", 1},
      {"config.fps", json::array()},
      {"config.fps", json::object()},
      {"config.fps", With({{"fps", 25}})},
      {"config.fps", With({{"fps", "30"}})},
      {"config.fps", With({{"fps", nullptr}})},
      {"config.width", {{"fps", 30}}},
      {"config.width", With({{"width", 640.5}})},
      {"config.width", With({{"width", 14}})},
      {"config.width", With({{"width", 7682}})},
      {"config.width", With({{"width", 641}})},
      {"config.height", With({{"height", "360"}})},
      {"config.height", With({{"height", HUGE_VAL}})},
      {"config.format", {{"fps", 30}, {"width", 640}, {"height", 360}}},
      {"config.format", With({{"format", "gif"}})},
      {"config.format", With({{"format", json::array({"mp4"})}})},
      {"config.codec", With({{"codec", "h264"}, {"format", "webm"}})},
      {"config.codec", With({{"codec", nullptr}, {"format", "mov"}})},
      {"config.codec", With({{"codec", "H264"}})},
      {"config.codec", With({{"codec", nullptr}})},
      {"config.quality", With({{"quality", "best"}})},
      {"config.videoFrameFormat", With({{"videoFrameFormat", "webp"}})},
      {"config.crf", With({{"crf", 18}, {"bitrate", "4M"}})},
      {"config.crf", With({{"crf", 99}, {"bitrate", "x"}})},
      {"config.crf", With({{"crf", 52}})},
      {"config.crf", With({{"crf", -1}})},
      {"config.crf", With({{"crf", 18.5}})},
      {"config.crf", With({{"crf", nullptr}})},
      {"config.bitrate", With({{"bitrate", ""}})},
      {"config.bitrate", With({{"bitrate", "4MB"}})},
      {"config.bitrate", With({{"bitrate", ".5M"}})},
      {"config.bitrate", With({{"bitrate", "5.M"}})},
      {"config.bitrate", With({{"bitrate", "4M\n"}})},
      {"config.bitrate", With({{"bitrate", nullptr}})},
      {"config.chunkSize", With({{"chunkSize", 0}})},
      {"config.chunkSize", With({{"chunkSize", 3601}})},
      {"config.maxParallelChunks", With({{"maxParallelChunks", 257}})},
      {"config.maxParallelChunks", With({{"maxParallelChunks", "8"}})},
      {"config.targetChunkFrames", With({{"targetChunkFrames", 1.5}})},
      {"config.runtimeCap", With({{"runtimeCap", "borg"}})},
      {"config.hdrMode", With({{"hdrMode", "force-hdr"}})},
      {"config.variables", With({{"variables", nullptr}})},
      {"config.variables", With({{"variables", json::array()}})},
      {"config.variables.a.b[2]", With({{"variables", {{"a", {{"b", {1, 2, HUGE_VAL}}}}}}})},
      {"config.engineConfig", With({{"engineConfig", json::object()}})},
      {"config.entryFile", With({{"entryFile", 1}})},
      {"config.planDirSizeLimitBytes", With({{"planDirSizeLimitBytes", -1}})},
      {"config.cfr", With({{"cfr", "yes"}})},
  };
  for (const Case& each : cases) EXPECT_EQ(Violation(each.config), each.field) << each.config;
}

TEST(RenderConfig, AcceptsTheEdgesOfEveryRange) {
  for (const json& fields : std::vector<json>{{{"width", 16}, {"height", 7680}},
                                              {{"crf", 0}},
                                              {{"crf", 51}},
                                              {{"crf", -0.0}},
                                              {{"chunkSize", 3600}},
                                              {{"maxParallelChunks", 256}},
                                              {{"targetChunkFrames", 1}},
                                              {{"bitrate", "10"}},
                                              {{"bitrate", "0.5k"}},
                                              {{"variables", json::object()}},
                                              {{"entryFile", nullptr}},
                                              {{"cfr", nullptr}}}) {
    EXPECT_EQ(Violation(With(fields)), "valid") << fields;
  }
}

TEST(RenderConfig, ABitrateGivenAsANumberIsItsDigits) {
  EXPECT_EQ(ValidateRenderConfig(With({{"bitrate", 4000}}))->bitrate, "4000");
}

TEST(RenderConfig, TheFirstViolationInTheOrderOfTheTableWins) {
  const std::vector<std::string> order = {"fps",
                                          "width",
                                          "height",
                                          "format",
                                          "quality",
                                          "videoFrameFormat",
                                          "crf",
                                          "bitrate",
                                          "chunkSize",
                                          "maxParallelChunks",
                                          "targetChunkFrames",
                                          "runtimeCap",
                                          "hdrMode",
                                          "variables",
                                          "engineConfig"};
  json broken = Valid();
  for (auto field = order.rbegin(); field != order.rend(); ++field) {
    broken[*field] = false;
    if (*field == "crf") broken.erase("bitrate");  // the pair is a rule of its own
    EXPECT_EQ(Violation(broken), "config." + *field);
  }
}

TEST(RenderConfig, SaysWhatIsWrongAndWhatItGot) {
  EXPECT_EQ(ValidateRenderConfig(With({{"fps", 25}})).error().message,
            "[validateConfig] config.fps: must be one of 24, 30, 60; got 25");
  EXPECT_EQ(ValidateRenderConfig(json::object()).error().message,
            "[validateConfig] config.fps: must be one of 24, 30, 60; got undefined");
  EXPECT_EQ(ValidateRenderConfig(With({{"width", json::array({1, nullptr})}})).error().message,
            "[validateConfig] config.width: must be an integer from 16 to 7680; got 1,");
}

RC_GTEST_PROP(RenderConfig, TheWireFormReadsBackToTheSameConfig, ()) {
  const auto maybe = [](int low, int high) {
    return *rc::gen::oneOf(
        rc::gen::just(std::optional<int>()),
        rc::gen::map(rc::gen::inRange(low, high + 1), [](int n) { return std::optional<int>(n); }));
  };
  RenderConfig config;
  config.fps = *rc::gen::element(24, 30, 60);
  config.width = 2 * *rc::gen::inRange(8, 3841);
  config.height = 2 * *rc::gen::inRange(8, 3841);
  config.format = *rc::gen::element(OutputFormat::kMp4, OutputFormat::kMov,
                                    OutputFormat::kPngSequence, OutputFormat::kWebm);
  if (config.format == OutputFormat::kMp4 && *rc::gen::arbitrary<bool>()) {
    config.codec = *rc::gen::element(VideoCodec::kH264, VideoCodec::kH265);
  }
  config.quality = *rc::gen::element(Quality::kDraft, Quality::kStandard, Quality::kHigh);
  config.crf = maybe(0, 51);
  if (!config.crf && *rc::gen::arbitrary<bool>()) config.bitrate = "1.5M";
  config.chunk_size = maybe(1, 3600);
  config.max_parallel_chunks = maybe(1, 256);
  config.target_chunk_frames = maybe(1, 3600);
  const auto variables = *testing::JsonSamples(2);
  if (variables.value.is_object()) config.variables_json = *CanonicalJson(variables.value);
  config.entry_file = *rc::gen::element<std::string>("index.html", "a/b.html");
  config.cfr = *rc::gen::arbitrary<bool>();
  const auto text = CanonicalJson(RenderConfigToJson(config));
  RC_ASSERT(text.has_value());
  const auto read = ValidateRenderConfig(*ParseJson(*text, "config"));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == config);
}

TEST(RenderConfig, VariablesThatAreNoObjectDoNotSurviveTheWire) {
  RenderConfig config = *ValidateRenderConfig(Valid());
  for (const char* text : {"[1]", "{", "1"}) {
    config.variables_json = text;
    EXPECT_EQ(Violation(RenderConfigToJson(config)), "config.variables") << text;
  }
}

TEST(RenderConfig, WireNamesReadBack) {
  for (const auto format :
       {OutputFormat::kMp4, OutputFormat::kMov, OutputFormat::kPngSequence, OutputFormat::kWebm}) {
    EXPECT_EQ(ParseOutputFormat(WireName(format)), format);
  }
  for (const auto codec : {VideoCodec::kH264, VideoCodec::kH265}) {
    EXPECT_EQ(ParseVideoCodec(WireName(codec)), codec);
  }
  for (const auto quality : {Quality::kDraft, Quality::kStandard, Quality::kHigh}) {
    EXPECT_EQ(ParseQuality(WireName(quality)), quality);
  }
  EXPECT_EQ(ParseOutputFormat("MP4"), std::nullopt);
  EXPECT_EQ(FileExtension(OutputFormat::kWebm), ".webm");
  EXPECT_EQ(FileExtension(OutputFormat::kPngSequence), "");
}

TEST(ExecutionArgument, MayHave512KiBAndNoByteMore) {
  // The quotes count too.
  EXPECT_TRUE(CheckExecutionArgument(std::string(524'286, 'x')));
  const auto status = CheckExecutionArgument(std::string(524'287, 'x'));
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().message.starts_with("[validateConfig] config: "));
  EXPECT_EQ(status.error().field, "config");
  std::string letters;  // of two bytes each
  for (int i = 0; i < 262'144; ++i) letters += "\u00e4";
  EXPECT_FALSE(CheckExecutionArgument(letters));
  EXPECT_TRUE(CheckExecutionArgument(letters.substr(2)));
  // A number beyond the range of doubles is null.
  EXPECT_TRUE(CheckExecutionArgument(std::numeric_limits<double>::infinity()));
}

}  // namespace
}  // namespace hyperlocal
