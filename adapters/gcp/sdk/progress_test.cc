#include "adapters/gcp/sdk/progress.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "adapters/gcp/workflows/scripted_api_test_support.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using testing::Answer;
using testing::ApiFixture;

CloudRenderProgress ProgressOf(const std::string& execution, const std::string& steps = "{}") {
  ApiFixture fixture([&](const HttpCall& call, int) {
    return Answer(200, call.url.find("stepEntries") == std::string::npos ? execution : steps);
  });
  const auto client = ExecutionsClient::Create(fixture.options);
  EXPECT_TRUE(client);
  const auto progress = GetRenderProgress(**client, {.execution_name = "n/e"});
  EXPECT_TRUE(progress) << progress.error().message;
  return *progress;
}

std::string Execution(const std::string& state, const json& more = json::object()) {
  json execution{{"name", "n/e"},
                 {"state", state},
                 {"argument", R"({"RenderId":"r-1"})"},
                 {"startTime", "2026-01-01T00:00:00Z"}};
  execution.update(more);
  return execution.dump();
}

TEST(RenderProgress, OfASuccessIsReadFromItsResult) {
  const json result{
      {"Plan", {{"TotalFrames", 60}, {"DurationMs", 2000}}},
      {"Chunks",
       {{{"FramesEncoded", 30}, {"DurationMs", 3000}},
        nullptr,
        {{"FramesEncoded", 30}, {"DurationMs", 4000}}}},
      {"Assemble", {{"OutputGcsUri", "gs://b/o.mp4"}, {"FileSize", 123}, {"DurationMs", 1000}}}};
  const auto progress = ProgressOf(
      Execution("SUCCEEDED", {{"result", result.dump()}, {"endTime", "2026-01-01T00:00:10Z"}}));
  // 10 s of 4 vCPU and 16 GiB in 4 requests, 8 steps.
  EXPECT_EQ(ToJson(progress).dump(),
            R"({"status":"succeeded","overallProgress":1.0,"framesRendered":60,"totalFrames":60,)"
            R"("invocationsObserved":4,"costs":{"accruedSoFarUsd":0.0014,"displayCost":"$0.0014",)"
            R"("breakdown":{"cloudRunUsd":0.0014,"workflowsUsd":0.0001,"gcsEstimate":)"
            R"("not-included","estimated":false}},"outputFile":{"gcsUri":"gs://b/o.mp4","bytes":)"
            R"(123},"errors":[],"fatalErrorEncountered":false,"startedAt":"2026-01-01T00:00:00Z",)"
            R"("endedAt":"2026-01-01T00:00:10Z"})");
  EXPECT_EQ(progress.render_id, "r-1");
}

TEST(RenderProgress, OfASuccessThatSaysNothingIsASuccess) {
  const auto progress = ProgressOf(Execution("SUCCEEDED", {{"result", "not JSON"}}));
  EXPECT_EQ(progress.status, RenderStatus::kSucceeded);
  EXPECT_EQ(progress.overall_progress, 1);
  EXPECT_FALSE(progress.output_file);
  EXPECT_FALSE(progress.total_frames);
}

TEST(RenderProgress, FramesArePackedAndTheirLengthIsNotThatOfTheObject) {
  for (const auto& [format, packed] : {std::pair("mp4", false), std::pair("png-sequence", true)}) {
    const auto progress = ProgressOf(Execution(
        "SUCCEEDED",
        {{"result", std::string(R"({"Plan":{"Format":")") + format +
                        R"("},"Assemble":{"OutputGcsUri":"gs://b/o","FileSize":123}})"}}));
    ASSERT_TRUE(progress.output_file);
    EXPECT_EQ(progress.output_file->packed, packed) << format;
    EXPECT_EQ(progress.output_file->bytes, 123);
  }
}

TEST(RenderProgress, AMissingDurationMakesTheCostAnEstimate) {
  const auto progress =
      ProgressOf(Execution("SUCCEEDED", {{"result", R"({"Plan":{"DurationMs":"5"}})"}}));
  EXPECT_TRUE(progress.costs.estimated);
  EXPECT_EQ(progress.invocations_observed, 1);
}

TEST(RenderProgress, NamesTheErrorWhereverItLies) {
  const auto name_of = [](const std::string& payload) {
    const auto progress = ProgressOf(
        Execution("FAILED", {{"error", {{"payload", payload}, {"context", "in step \"plan\""}}}}));
    EXPECT_EQ(progress.errors.size(), 1U);
    EXPECT_TRUE(progress.fatal_error_encountered);
    EXPECT_EQ(progress.errors.at(0).state, "in step \"plan\"");
    EXPECT_EQ(progress.errors.at(0).cause, payload);
    return progress.errors.at(0).error;
  };
  EXPECT_EQ(name_of(R"({"error":"A"})"), "A");
  EXPECT_EQ(name_of(R"({"code":400,"body":{"error":"B"}})"), "B");
  EXPECT_EQ(name_of(R"({"code":400,"body":"{\"error\":\"C\"}"})"), "C");
  EXPECT_EQ(name_of(R"({"code":"PLAN_PRODUCED_ZERO_CHUNKS"})"), "PLAN_PRODUCED_ZERO_CHUNKS");
  EXPECT_EQ(name_of(R"("text")"), "ExecutionError");
  EXPECT_EQ(name_of("no JSON"), "ExecutionError");
}

TEST(RenderProgress, WhileItRunsTheStepsTell) {
  const json steps{{"stepEntries",
                    {{{"entryId", "1"},
                      {"stepType", "STEP_STD_LIB_CALL"},
                      {"state", "STATE_SUCCEEDED"},
                      {"createTime", "2026-01-01T00:00:00Z"},
                      {"updateTime", "2026-01-01T00:00:02Z"}},
                     {{"entryId", "2"},
                      {"stepType", "STEP_PARALLEL_FOR"},
                      {"state", "STATE_IN_PROGRESS"},
                      {"createTime", "2026-01-01T00:00:02Z"}},
                     {{"entryId", "3"},
                      {"stepType", "STEP_FOR_ITERATION"},
                      {"state", "STATE_SUCCEEDED"},
                      {"createTime", "2026-01-01T00:00:02Z"},
                      {"updateTime", "2026-01-01T00:00:06Z"},
                      {"navigationInfo", {{"parent", "2"}}},
                      {"stepEntryMetadata", {{"progressNumber", "0"}, {"expectedIteration", "2"}}}},
                     {{"entryId", "4"},
                      {"stepType", "STEP_STD_LIB_CALL"},
                      {"state", "STATE_SUCCEEDED"},
                      {"createTime", "2026-01-01T00:00:02Z"},
                      {"updateTime", "2026-01-01T00:00:06Z"},
                      {"navigationInfo", {{"parent", "3"}}}}}}};
  const auto progress = ProgressOf(Execution("ACTIVE"), steps.dump());
  EXPECT_EQ(progress.status, RenderStatus::kRunning);
  EXPECT_NEAR(progress.overall_progress, 0.5, 1e-9);
  EXPECT_EQ(progress.invocations_observed, 2);
  EXPECT_TRUE(progress.costs.estimated);
  EXPECT_NEAR(progress.costs.cloud_run_usd, 0.0008, 1e-9);  // 2 s and 4 s
  ASSERT_TRUE(progress.live);
  EXPECT_EQ(progress.live->CountOf(ChunkStanding::State::kDone), 1);
  const auto document = ToJson(progress);
  EXPECT_EQ(document["live"]["chunks"]["total"], 2);
  EXPECT_EQ(document["live"]["chunkStates"][0]["state"], "done");
}

TEST(RenderProgress, WithoutStepsItSaysLess) {
  ApiFixture fixture([](const HttpCall& call, int) {
    return call.url.find("stepEntries") == std::string::npos ? Answer(200, Execution("ACTIVE"))
                                                             : Answer(404, "");
  });
  const auto client = ExecutionsClient::Create(fixture.options);
  const auto progress = GetRenderProgress(**client, {.execution_name = "n/e"});
  ASSERT_TRUE(progress) << progress.error().message;
  EXPECT_EQ(progress->status, RenderStatus::kRunning);
  EXPECT_FALSE(progress->live);
  EXPECT_FALSE(ToJson(*progress).contains("live"));
}

TEST(RenderProgress, ANameIsRequired) {
  ApiFixture fixture([](const HttpCall&, int) { return Answer(500, ""); });
  const auto client = ExecutionsClient::Create(fixture.options);
  const auto progress = GetRenderProgress(**client, {});
  ASSERT_FALSE(progress);
  EXPECT_EQ(progress.error().code, ErrorCode::kUsage);
  EXPECT_TRUE(fixture.api->calls().empty());
}

}  // namespace
}  // namespace hyperlocal
