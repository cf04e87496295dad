// Faults that strike while the service works, one at a time: the bytes stay, or the error says what
// happened.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fakes/cloud_run/small_disk.h"
#include "tests/cloud/cloud_fixture.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

class FaultsDuringWorkTest : public CloudRenderTest {
 protected:
  static LocalCloudOptions CloudWith(std::string service_faults) {
    LocalCloudOptions cloud = Cloud();
    cloud.faults.service = std::move(service_faults);
    cloud.faults.workflow_clock_rate = 200;  // a back-off of a minute in a third of a second
    return cloud;
  }

  // Renders under the faults, which must change no byte and leave only whole objects.
  void ExpectSameBytes(LocalCloudOptions cloud, RenderObserver& observer,
                       const std::string& expected) {
    LocalRenderOptions options = Options("faults.mp4");
    options.keep_work = true;
    const auto rendered =
        RenderThroughCloud(options, std::move(cloud), observer, CancellationToken());
    ASSERT_TRUE(rendered) << rendered.error().message;
    EXPECT_EQ(BytesOf(options.output), expected);
    ExpectWholeObjects(rendered->work_directory / "storage");
    fs::remove_all(rendered->work_directory);
    fs::remove(options.output);
  }
};

// How far each chunk's first attempt came.
class FirstAttempts : public RenderObserver {
 public:
  void OnChunkStart(int chunk, int attempt) override { attempts_[chunk] = attempt; }
  void OnChunkProgress(int chunk, std::int64_t done) override {
    if (attempts_[chunk] == 1) frames_[chunk] = done;
  }
  void OnChunkDone(int chunk) override {
    if (attempts_[chunk] == 1) ++done_at_once_;
  }
  std::map<int, int> attempts_;
  std::map<int, std::int64_t> frames_;
  int done_at_once_ = 0;
};

TEST_F(FaultsDuringWorkTest, AKillAtAFrameEndsTheAttemptThereAndNoByteChanges) {
  const std::string expected = DirectBytes();
  FirstAttempts attempts;
  LocalCloudOptions cloud = CloudWith(
      R"({"rules": [{"action": "renderChunk", "fault": "kill", "at_frame": 3, "times": 1}]})");
  cloud.instances = 1;
  ExpectSameBytes(std::move(cloud), attempts, expected);
  int killed = 0;
  for (const auto& [chunk, attempt] : attempts.attempts_) {
    if (attempt == 1) continue;
    ++killed;
    EXPECT_EQ(attempt, 2);
    EXPECT_EQ(attempts.frames_[chunk], 3);
  }
  EXPECT_EQ(killed, 1);
  EXPECT_EQ(attempts.done_at_once_, 4);
}

TEST_F(FaultsDuringWorkTest, AKillOfAProgramAtAFrameAndAtATime) {
  const std::string expected = DirectBytes();
  RenderObserver nobody;
  LocalCloudOptions cloud = CloudWith(
      R"({"rules": [{"action": "renderChunk", "fault": "kill", "at_frame": [1, 8], "times": 2},
                    {"action": "plan", "fault": "kill", "after_ms": 5, "times": 1}]})");
  cloud.service_command = {HYPERLOCAL_PROGRAM, "serve"};
  ExpectSameBytes(std::move(cloud), nobody, expected);
}

TEST_F(FaultsDuringWorkTest, AFullDiskIsMetOnceInEachStageAndNoByteChanges) {
  if (!cloud_run::DisksCanBeMade()) GTEST_SKIP() << cloud_run::DisksCanBeMade().error().message;
  const std::string expected = DirectBytes();
  RenderObserver nobody;
  for (const char* const room : {"0", "4096", "12288"}) {
    SCOPED_TRACE(room);
    std::string rules;
    for (const char* const action : {"plan", "renderChunk", "assemble"}) {
      rules += std::string(rules.empty() ? "" : ",") + R"({"action": ")" + action +
               R"(", "fault": "full_disk", "times": 1, "free_bytes": )" + room + "}";
    }
    ExpectSameBytes(CloudWith(R"({"rules": [)" + rules + "]}"), nobody, expected);
  }
}

TEST_F(FaultsDuringWorkTest, ADiskThatStaysFullEndsInTheSystemsOwnError) {
  if (!cloud_run::DisksCanBeMade()) GTEST_SKIP() << cloud_run::DisksCanBeMade().error().message;
  for (const char* const action : {"plan", "renderChunk", "assemble"}) {
    SCOPED_TRACE(action);
    const LocalRenderOptions options = Options("never.mp4");
    RenderObserver nobody;
    const auto rendered = RenderThroughCloud(options,
                                             CloudWith(std::string(R"({"rules": [{"action": ")") +
                                                       action + R"(", "fault": "full_disk"}]})"),
                                             nobody, CancellationToken());
    ASSERT_FALSE(rendered);
    EXPECT_EQ(rendered.error().code, ErrorCode::kIo) << rendered.error().message;
    EXPECT_NE(rendered.error().message.find("No space left on device"), std::string::npos)
        << rendered.error().message;
    EXPECT_FALSE(fs::exists(options.output));
  }
}

}  // namespace
}  // namespace hyperlocal::cli
