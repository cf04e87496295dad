#include "engine/media/media_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/av/media_maker_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

MediaElement Element() {
  MediaElement element;
  element.name = element.id = "clip";
  element.source = "clip.mp4";
  element.is_video = true;
  return element;
}

TEST(MediaFile, TextsAreKnownByTheirFirstSign) {
  const TemporaryDirectory directory;
  for (const std::string& text :
       {std::string("<!doctype html>"), std::string("\n\t {\"error\": 404}"), std::string("[1]"),
        std::string("\xef\xbb\xbf<?xml?>"), std::string("\xff\xfe<\0h\0", 6)}) {
    PutFile(directory / "file", text);
    EXPECT_TRUE(IsTextDocument(directory / "file")) << text;
  }
  for (const std::string& bytes : {std::string("\0\0\0\x20"
                                               "ftypisom",
                                               12),
                                   std::string("RIFF"), std::string(), std::string("  ")}) {
    PutFile(directory / "file", bytes);
    EXPECT_FALSE(IsTextDocument(directory / "file")) << bytes;
  }
}

TEST(MediaFile, AFailureNamesTheElementAndTheFileByTheContractsCode) {
  const TemporaryDirectory directory;
  const auto fails = [&](ErrorCode code, const char* said) {
    const auto facts = ProbeSource(Element(), directory / "clip.mp4");
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().code, code) << facts.error().message;
    EXPECT_THAT(facts.error().message,
                AllOf(HasSubstr("<video id=\"clip\"> (clip.mp4)"), HasSubstr(said)));
  };
  fails(ErrorCode::kVideoSourceUnrenderable, "does not have this file");
  PutFile(directory / "clip.mp4", "<html>not found</html>");
  fails(ErrorCode::kNotMediaPayload, "text");
  PutFile(directory / "clip.mp4", std::string(5000, '\x7f'));
  fails(ErrorCode::kVideoSourceUnrenderable, "clip.mp4");
  // A playlist would reach for other files.
  PutFile(directory / "clip.mp4", "ffconcat version 1.0\nfile '/etc/passwd'\n");
  fails(ErrorCode::kVideoSourceUnrenderable, "clip.mp4");
  PutFile(directory / "clip.mp4", "#EXTM3U\n#EXTINF:1\nother.ts\n");
  fails(ErrorCode::kVideoSourceUnrenderable, "clip.mp4");
}

TEST(MediaFile, TheDiskIsNotTheFilesFault) {
  EXPECT_EQ(SourceError(Element(), {ErrorCode::kIo, "x"}).code, ErrorCode::kVideoExtractionFailed);
  EXPECT_EQ(SourceError(Element(), {ErrorCode::kMedia, "x"}).code,
            ErrorCode::kVideoSourceUnrenderable);
  EXPECT_EQ(SourceError(Element(), {ErrorCode::kPlanTooLarge, "x"}).code, ErrorCode::kPlanTooLarge);
}

TEST(MediaFile, AGoodOneIsProbed) {
  const TemporaryDirectory directory;
  const testing::MadeSound sound{.tones = {{.seconds = 0.5}}};
  ASSERT_TRUE(testing::MakeMedia(directory / "clip.mov",
                                 testing::MadeVideo{.times = testing::EvenTimes(30)}, sound));
  const auto facts = ProbeSource(Element(), directory / "clip.mov");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->has_audio);
  ASSERT_TRUE(facts->video);
  EXPECT_EQ(facts->video->codec, "h264");
  EXPECT_NEAR(facts->video->duration_seconds, 1, 0.01);
  EXPECT_NEAR(facts->video->frames_per_second, 30, 0.01);
  EXPECT_FALSE(facts->video->variable_rate);
}

}  // namespace
}  // namespace hyperlocal
