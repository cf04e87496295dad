// The whole render through the emulated cloud, in this process: the bytes are those of the engine
// alone, faults or not.
//
// HYPERLOCAL_FAULT_RUNS (default 4) renders under faults; HYPERLOCAL_FAULT_SEED (default 2) is the
// first seed.
#include "cli/cloud_render.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "cli/cloud_faults.h"
#include "engine/file/whole_file.h"
#include "fakes/cloud_run/small_disk.h"
#include "tests/cloud/cloud_fixture.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

// Before there are threads: for the full disks among the faults.
const bool kDisks = cloud_run::EnterDiskNamespace().has_value();

int NumberIn(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

TEST_F(CloudRenderTest, MakesTheBytesThatTheEngineMakesAlone) {
  const std::string expected = DirectBytes();
  const LocalRenderOptions options = Options("cloud.mp4");
  Listener listener;
  const auto rendered = RenderThroughCloud(options, Cloud(), listener, CancellationToken());
  ASSERT_TRUE(rendered) << rendered.error().message;
  EXPECT_EQ(BytesOf(options.output), expected);
  EXPECT_EQ(rendered->frames, 40);
  EXPECT_EQ(rendered->chunks, 5);
  EXPECT_EQ(rendered->width, 160);
  EXPECT_EQ(rendered->fps, (FrameRate{30, 1}));

  EXPECT_EQ(listener.planned_, 5);
  EXPECT_EQ(listener.done_, (std::map<int, int>{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}}));
  EXPECT_EQ(listener.stages_, (std::vector{RenderStage::kPlan, RenderStage::kChunks,
                                           RenderStage::kAssemble, RenderStage::kDone}));
}

TEST_F(CloudRenderTest, TellsTheServicesOwnErrorAndLeavesNoOutput) {
  ASSERT_TRUE(WriteWholeFile(project() / "testcard.json", R"({"width": 160})"));
  const LocalRenderOptions options = Options("cloud.mp4");
  RenderObserver nobody;
  const auto rendered = RenderThroughCloud(options, Cloud(), nobody, CancellationToken());
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().code, ErrorCode::kInvalidComposition) << rendered.error().message;
  EXPECT_FALSE(fs::exists(options.output));
}

TEST_F(CloudRenderTest, AnErrorOfTheServiceComesThroughTheWorkflow) {
  // The page is looked at by the service only: the client reads no more than its size.
  ASSERT_TRUE(fs::remove(project() / "testcard.json"));
  ASSERT_TRUE(WriteWholeFile(project() / "index.html",
                             "<div data-composition-id=a data-width=160 data-height=96></div>"));
  const LocalRenderOptions options = Options("cloud.mp4");
  RenderObserver nobody;
  const auto rendered = RenderThroughCloud(options, Cloud(), nobody, CancellationToken());
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().code, ErrorCode::kInvalidComposition) << rendered.error().message;
  EXPECT_NE(rendered.error().message.find("has no duration"), std::string::npos)
      << rendered.error().message;
}

TEST_F(CloudRenderTest, StrictVariablesAreJudgedThroughTheCloudToo) {
  ASSERT_TRUE(fs::remove(project() / "testcard.json"));
  ASSERT_TRUE(WriteWholeFile(project() / "index.html",
                             "<div data-composition-id=a data-width=160 data-height=96 "
                             "data-duration=1></div>"));
  LocalRenderOptions options = Options("cloud.mp4");
  options.variables_json = R"({"headline": 3})";
  options.strict_variables = true;
  RenderObserver nobody;
  const auto rendered = RenderThroughCloud(options, Cloud(), nobody, CancellationToken());
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().code, ErrorCode::kInvalidConfig) << rendered.error().message;
  EXPECT_NE(rendered.error().message.find("headline"), std::string::npos)
      << rendered.error().message;
}

TEST_F(CloudRenderTest, WhatTheEdgeRefusesForGoodIsToldWithItsStatusAndChunk) {
  const LocalRenderOptions options = Options("cloud.mp4");
  LocalCloudOptions cloud = Cloud();
  cloud.faults.service =
      R"({"rules": [{"action": "renderChunk", "fault": "status", "status": 503}]})";
  cloud.faults.workflow_clock_rate = 200;
  RenderObserver nobody;
  const auto rendered = RenderThroughCloud(options, cloud, nobody, CancellationToken());
  ASSERT_FALSE(rendered);
  EXPECT_TRUE(rendered.error().spec().retryable);
  for (const char* const part : {"chunk ", "HTTP status 503", "retries are used up"}) {
    EXPECT_NE(rendered.error().message.find(part), std::string::npos) << rendered.error().message;
  }
}

TEST_F(CloudRenderTest, EndsSoonWhenItIsCancelled) {
  ASSERT_TRUE(WriteWholeFile(
      project() / "testcard.json",
      R"({"width": 1280, "height": 720, "fps": 30, "frames": 100000, "pattern": "bars"})"));
  LocalRenderOptions options = Options("cloud.mp4");
  options.chunk_size.reset();
  const CancellationToken cancel;
  class CancelAtFirstFrame : public RenderObserver {
   public:
    explicit CancelAtFirstFrame(CancellationToken token) : token_(std::move(token)) {}
    void OnChunkProgress(int, std::int64_t) override { token_.Cancel(); }

   private:
    CancellationToken token_;
  } listener(cancel);
  const auto rendered = RenderThroughCloud(options, Cloud(), listener, cancel);
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().code, ErrorCode::kCancelled) << rendered.error().message;
  EXPECT_FALSE(fs::exists(options.output));
}

TEST_F(CloudRenderTest, FaultsChangeNoByteOrEndInAnErrorThatMayPass) {
  const std::string expected = DirectBytes();
  const int runs = NumberIn("HYPERLOCAL_FAULT_RUNS", 4);
  const int first = NumberIn("HYPERLOCAL_FAULT_SEED", 2);
  int failed = 0;
  for (int seed = first; seed < first + runs; ++seed) {
    SCOPED_TRACE("HYPERLOCAL_FAULT_SEED=" + std::to_string(seed));
    if (!kDisks) std::cout << "no disks are filled here\n";
    LocalCloudOptions cloud = Cloud();
    auto faults = ReadCloudFaults("random:" + std::to_string(seed));
    ASSERT_TRUE(faults) << faults.error().message;
    cloud.faults = std::move(*faults);
    cloud.faults.workflow_clock_rate = 50;  // a back-off of a minute in a second
    LocalRenderOptions options = Options("faults.mp4");
    options.keep_work = true;
    RenderObserver nobody;
    const auto rendered = RenderThroughCloud(options, cloud, nobody, CancellationToken());
    if (!rendered) {
      ++failed;
      std::cout << "seed " << seed << ": " << rendered.error().message << "\n";
      EXPECT_TRUE(rendered.error().spec().retryable) << rendered.error().message;
      EXPECT_FALSE(fs::exists(options.output));
      continue;
    }
    EXPECT_EQ(BytesOf(options.output), expected);
    ExpectWholeObjects(rendered->work_directory / "storage");
    fs::remove_all(rendered->work_directory);
    fs::remove(options.output);
  }
  RecordProperty("failed_renders", failed);
  // A request is repeated four times at least; that so many faults meet the same one is rare.
  EXPECT_LE(failed, 2 + runs / 10);
}

}  // namespace
}  // namespace hyperlocal::cli
