#include "engine/config/engine_config_snapshot.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace hyperlocal {
namespace {

using nlohmann::json;

// A complete snapshot, with the values of the published defaults where they matter.
json Complete() {
  json snapshot = {{"fps", 30},
                   {"quality", "standard"},
                   {"format", "jpeg"},
                   {"jpegQuality", 80},
                   {"concurrency", "auto"},
                   {"coresPerWorker", 2.5},
                   {"minParallelFrames", 120},
                   {"largeRenderThreshold", 1000},
                   {"browserGpuMode", "software"},
                   {"vp9CpuUsed", 4},
                   {"streamingEncodeMaxDurationSeconds", 240},
                   {"hdr", false},
                   {"audioGain", 1}};
  for (const char* name : {"disableGpu", "enableBrowserPool", "forceScreenshot", "staticFrameDedup",
                           "useDrawElement", "enableDrawElementWorkerEncode", "lowMemoryMode",
                           "enablePageSideCompositing", "enableChunkedEncode",
                           "enableStreamingEncode", "hdrAutoDetect", "verifyRuntime", "debug"}) {
    snapshot[name] = true;
  }
  for (const char* name :
       {"browserTimeout", "protocolTimeout", "chunkSizeFrames", "ffmpegEncodeTimeout",
        "ffmpegProcessTimeout", "ffmpegStreamingTimeout", "frameDataUriCacheLimit",
        "frameDataUriCacheBytesLimitMb", "playerReadyTimeout", "renderReadyTimeout",
        "pageNavigationTimeout", "extractCacheMaxBytes"}) {
    snapshot[name] = 1000;
  }
  return snapshot;
}

TEST(EngineConfigSnapshot, ACompleteOneHasNoProblem) {
  EXPECT_EQ(EngineConfigProblem(Complete()), std::nullopt);
}

TEST(EngineConfigSnapshot, TheSpeedOfVp9IsTakenOutOfIt) {
  json snapshot = Complete();
  EXPECT_EQ(Vp9CpuUsedOf(snapshot.dump()), 4);
  snapshot["vp9CpuUsed"] = -8;
  EXPECT_EQ(Vp9CpuUsedOf(snapshot.dump()), -8);
  EXPECT_EQ(Vp9CpuUsedOf("{}"), std::nullopt);
}

TEST(EngineConfigSnapshot, EveryFieldIsRequired) {
  const json complete = Complete();
  for (const auto& [name, value] : complete.items()) {
    json snapshot = complete;
    snapshot.erase(name);
    EXPECT_EQ(EngineConfigProblem(snapshot), "lacks the field " + name);
  }
}

TEST(EngineConfigSnapshot, NoFieldTakesAnotherKindOfValue) {
  const json complete = Complete();
  for (const auto& [name, value] : complete.items()) {
    json snapshot = complete;
    snapshot[name] = json::object();
    const auto problem = EngineConfigProblem(snapshot);
    ASSERT_TRUE(problem) << name;
    EXPECT_TRUE(problem->starts_with(name + " must be ")) << *problem;
  }
}

TEST(EngineConfigSnapshot, RangesAndOptionalFields) {
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"jpegQuality", 101}}, "jpegQuality must be a finite number from 0 to 100"},
      {{{"vp9CpuUsed", -9}}, "vp9CpuUsed must be an integer from -8 to 8"},
      {{{"coresPerWorker", 0}}, "coresPerWorker must be a finite number above 0"},
      {{{"concurrency", 0}}, "concurrency must be a positive integer or auto"},
      {{{"concurrency", 4}}, ""},
      {{{"frameDataUriCacheLimit", 1.5}},
       "frameDataUriCacheLimit must be an integer of at least 1"},
      {{{"hdr", true}}, "hdr must be false or an object with the transfer hlg or pq"},
      {{{"hdr", {{"transfer", "pq"}}}}, ""},
      {{{"hdr", {{"transfer", "pq"}, {"x", 1}}}},
       "hdr must be false or an object with the transfer hlg or pq"},
      {{{"chromePath", ""}}, "chromePath must be a text that is not empty"},
      {{{"chromePath", "/usr/bin/chrome"}}, ""},
      {{{"expectedChromiumMajor", 0}}, "expectedChromiumMajor must be an integer of at least 1"},
      {{{"forceScreenshotExplicitlyOptedOut", 1}},
       "forceScreenshotExplicitlyOptedOut must be true or false"},
      {{{"fancy", 1}}, "has an unknown field fancy"},
  };
  for (const auto& [fields, problem] : cases) {
    json snapshot = Complete();
    snapshot.update(fields);
    EXPECT_EQ(EngineConfigProblem(snapshot).value_or(""), problem) << fields;
  }
  EXPECT_EQ(EngineConfigProblem(json::array()), "must be a plain JSON object");
}

}  // namespace
}  // namespace hyperlocal
