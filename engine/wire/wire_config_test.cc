#include "engine/wire/wire_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

TEST(WireConfig, KeepsTheFieldsThatOnlyOthersKnow) {
  const json written = {{"fps", 30.0},      {"width", 640},          {"height", 360},
                        {"format", "webm"}, {"futureField", {1, 2}}, {"quality", "high"}};
  const auto config = WireConfig::Of(written);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->typed().quality, Quality::kHigh);
  EXPECT_EQ(config->json_text(),
            R"({"format":"webm","fps":30,"futureField":[1,2],"height":360,"quality":"high",)"
            R"("width":640})");
}

TEST(WireConfig, OfATypedConfigReadsBackToIt) {
  RenderConfig typed;
  typed.width = 640;
  typed.height = 360;
  typed.cfr = true;
  typed.variables_json = R"({"a":1})";
  EXPECT_EQ(WireConfig::Of(typed).value().typed(), typed);
  typed.width = 641;
  EXPECT_EQ(WireConfig::Of(typed).error().code, ErrorCode::kInvalidConfig);
}

TEST(WireConfig, RefusesAnUnknownFieldThatCouldNotBeSentOn) {
  const auto written =
      ParseJson(R"({"fps":30,"width":640,"height":360,"format":"mp4","x":1e999})", "t");
  ASSERT_TRUE(written);
  const auto config = WireConfig::Of(*written);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::kInvalidConfig);
  EXPECT_EQ(config.error().message,
            "[validateConfig] config: the number Infinity cannot be written as JSON");
}

}  // namespace
}  // namespace hyperlocal
