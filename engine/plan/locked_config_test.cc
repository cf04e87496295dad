#include "engine/plan/locked_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "engine/json/canonical_json.h"
#include "tests/support/json_generators.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

LockedRenderConfig Sample() {
  LockedRenderConfig config;
  config.encoder = "libvpx-vp9-software";
  config.ffmpeg_version = "ffmpeg version 5.1";
  config.preset = "good";
  config.pixel_format = "yuva420p";
  config.gop_size = 30;
  config.chunk_size = 30;
  config.chunk_count = 4;
  return config;
}

TEST(LockedConfig, AbsentOptionalsAreLeftOut) {
  const json written = json::parse(*LockedConfigJson(Sample()));
  for (const char* name : {"crf", "bitrate", "vp9CpuUsed", "variables"}) {
    EXPECT_FALSE(written.contains(name)) << name;
  }
  EXPECT_EQ(written["runtimeEnv"], json::object());
  EXPECT_EQ(written["useLayeredHdrComposite"], false);
}

RC_GTEST_PROP(LockedConfig, ReadsBackToTheSameBytes, ()) {
  LockedRenderConfig config = Sample();
  config.capture_mode = *rc::gen::element<std::string>("beginframe", "screenshot");
  config.force_screenshot = *rc::gen::arbitrary<bool>();
  config.device_scale_factor = *rc::gen::element(1.0, 1.5, 2.0, 3.0);
  config.encoder =
      *rc::gen::element<std::string>("libx264-software", "libx265-software", "libvpx-vp9-software",
                                     "prores-software", "png-sequence");
  config.quality = *rc::gen::element(Quality::kDraft, Quality::kStandard, Quality::kHigh);
  config.preset = *testing::JavaScriptStrings();
  if (*rc::gen::arbitrary<bool>()) config.crf = *rc::gen::inRange(0, 52);
  if (*rc::gen::arbitrary<bool>()) config.bitrate = "4M";
  if (*rc::gen::arbitrary<bool>()) config.vp9_cpu_used = *rc::gen::inRange(-8, 9);
  config.runtime_env["PRODUCER_RUNTIME_A"] = *testing::JavaScriptStrings();
  const testing::JsonSample variables = *testing::JsonSamples(2);
  if (variables.value.is_object()) config.variables_json = *CanonicalJson(variables.value);
  const auto text = LockedConfigJson(config);
  RC_ASSERT(text.has_value());
  const auto read = ParseLockedConfig(*text, "meta/encoder.json");
  RC_ASSERT(read.has_value());
  RC_ASSERT(*LockedConfigJson(*read) == *text);
  RC_ASSERT(read->crf == config.crf);
  RC_ASSERT(read->vp9_cpu_used == config.vp9_cpu_used);
  RC_ASSERT(read->variables_json == config.variables_json);
}

TEST(LockedConfig, KeepsOfTheEnvironmentOnlyTextUnderThePublishedPrefixes) {
  json written = json::parse(*LockedConfigJson(Sample()));
  written["runtimeEnv"] = {{"PRODUCER_RENDER_A", "1"},
                           {"PRODUCER_RUNTIME_B", "2"},
                           {"PRODUCER_RENDER_C", 3},
                           {"PATH", "/bin"}};
  const auto read = ParseLockedConfig(written.dump(), "meta/encoder.json");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->runtime_env,
              ::testing::ElementsAre(::testing::Pair("PRODUCER_RENDER_A", "1"),
                                     ::testing::Pair("PRODUCER_RUNTIME_B", "2")));
}

TEST(LockedConfig, APlanWithoutQualityIsStandard) {
  json written = json::parse(*LockedConfigJson(Sample()));
  written.erase("quality");
  EXPECT_EQ(ParseLockedConfig(written.dump(), "x")->quality, Quality::kStandard);
}

TEST(LockedConfig, RefusesVariablesThatAreNoObject) {
  LockedRenderConfig config = Sample();
  for (const char* text : {"[1]", "{", "null"}) {
    config.variables_json = text;
    EXPECT_EQ(LockedConfigJson(config).error().code, ErrorCode::kInvalidJson) << text;
  }
}

}  // namespace
}  // namespace hyperlocal
