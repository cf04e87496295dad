#include "engine/plan/plan_videos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

// One video of two seconds, shown from 1 s to 3 s.
json OneVideo() {
  return json::parse(R"({
    "videos": [{"id": "v", "src": "v.mp4", "start": 1, "end": 3, "mediaStart": 0, "loop": false,
                "hasAudio": false}],
    "extracted": [{"videoId": "v", "srcPath": "compiled/v.mp4", "framePattern": "frame_%05d.jpg",
                   "fps": 25, "totalFrames": 50,
                   "metadata": {"durationSeconds": 2.5, "videoStreamDurationSeconds": 2,
                                "width": 64, "height": 36, "fps": 25, "videoCodec": "h264",
                                "hasAudio": false, "isVFR": false, "hasAlpha": false,
                                "colorSpace": null}}]})");
}

Result<std::vector<PlanVideo>> Read(const json& content) {
  const TemporaryDirectory directory;
  PutFile(directory / "meta/videos.json", content.dump());
  return ReadPlanVideos(directory.path());
}

TEST(PlanVideos, AreReadAsThePublishedPlannerWritesThem) {
  const auto videos = Read(OneVideo());
  ASSERT_TRUE(videos) << videos.error().message;
  ASSERT_EQ(videos->size(), 1U);
  const PlanVideo& video = videos->front();
  EXPECT_EQ(video.id, "v");
  EXPECT_EQ(video.frame_count, 50);
  EXPECT_EQ(video.source_seconds, 2);  // of the pictures, not of the file
}

TEST(PlanVideos, AreNoneInAPlanWithoutTheFile) {
  const TemporaryDirectory directory;
  const auto videos = ReadPlanVideos(directory.path());
  ASSERT_TRUE(videos);
  EXPECT_TRUE(videos->empty());
}

TEST(PlanVideo, ShowsTheFrameOfEveryMoment) {
  PlanVideo video = (*Read(OneVideo()))[0];
  EXPECT_EQ(video.FrameAt(0.99), std::nullopt);
  EXPECT_EQ(video.FrameAt(1), 0);
  EXPECT_EQ(video.FrameAt(1.28), 7);  // 0.28 * 25 is 6.999999999999999
  EXPECT_EQ(video.FrameAt(2.99), 49);
  EXPECT_EQ(video.FrameAt(3), 49);  // the end belongs to it, and the last frame is held
  EXPECT_EQ(video.FrameAt(3.01), std::nullopt);
  video.end_seconds = 10;
  EXPECT_EQ(video.FrameAt(9), 49);
  video.loop = true;
  EXPECT_EQ(video.FrameAt(3.04), 1);
  video.media_start_seconds = 1;  // half of the source is left to go round
  EXPECT_EQ(video.FrameAt(2.04), 1);
  video.frame_count = 0;
  EXPECT_EQ(video.FrameAt(1), std::nullopt);
}

struct Damage {
  const char* name;
  std::function<void(json&)> change;
  const char* said;
};
void PrintTo(const Damage& damage, std::ostream* out) {
  *out << damage.name;
}

class DamagedPlanVideos : public ::testing::TestWithParam<Damage> {};

TEST_P(DamagedPlanVideos, AreInvalidVideoMetadata) {
  json content = OneVideo();
  GetParam().change(content);
  const auto videos = Read(content);
  ASSERT_FALSE(videos);
  EXPECT_EQ(videos.error().code, ErrorCode::kInvalidVideoMetadata);
  EXPECT_THAT(videos.error().message, HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    All, DamagedPlanVideos,
    ::testing::Values(
        Damage{"NoObject", [](json& j) { j = json::array(); }, "must be a JSON object"},
        Damage{"NoList", [](json& j) { j.erase("extracted"); }, "extracted must be a list"},
        Damage{"EmptyId", [](json& j) { j["videos"][0]["id"] = ""; }, "videos[0]: id must be"},
        Damage{"TextForANumber", [](json& j) { j["videos"][0]["start"] = "1"; },
               "videos[0]: start must be a number"},
        Damage{"Twice", [](json& j) { j["videos"].push_back(j["videos"][0]); },
               "two videos with the id v"},
        Damage{"Unextracted", [](json& j) { j["extracted"] = json::array(); },
               "the video v was not extracted"},
        Damage{"Undeclared", [](json& j) { j["extracted"][0]["videoId"] = "w"; },
               "extracted[0]: videoId must be"},
        Damage{"ExtractedTwice", [](json& j) { j["extracted"].push_back(j["extracted"][0]); },
               "extracted[1]: videoId must be"},
        Damage{"HalfAFrame", [](json& j) { j["extracted"][0]["totalFrames"] = 1.5; },
               "totalFrames must be an integer"},
        Damage{"NoSource", [](json& j) { j["extracted"][0].erase("metadata"); },
               "metadata must be an object"},
        Damage{"NoColour", [](json& j) { j["extracted"][0]["metadata"]["colorSpace"] = 1; },
               "colorSpace must be an object"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ExtractedFrames, LieNowhereElse) {
  EXPECT_EQ(*ExtractedFramesDirectory("p", "v 1"), "p/video-frames/v 1");
  for (const char* id : {"", ".", "..", "a/b", "../x"}) {
    const auto directory = ExtractedFramesDirectory("p", id);
    ASSERT_FALSE(directory) << id;
    EXPECT_EQ(directory.error().code, ErrorCode::kInvalidVideoMetadata);
  }
}

}  // namespace
}  // namespace hyperlocal
