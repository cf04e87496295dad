// What is shown of a file at a moment, for every way in which files tell their times, their turn
// and their colours.
#include "engine/av/source_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "engine/av/media_maker_test_support.h"
#include "engine/av/media_probe.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using testing::EvenTimes;
using ::testing::HasSubstr;
using testing::MadeVideo;
using testing::TemporaryDirectory;

class SourcePicturesTest : public ::testing::Test {
 protected:
  std::filesystem::path Make(const std::string& name, const MadeVideo& video) {
    const auto made = testing::MakeMedia(directory_ / name, video);
    EXPECT_TRUE(made) << made.error().message;
    return directory_ / name;
  }

  // The numbers of the pictures that are shown at these moments, -1 for none that can be read.
  std::vector<int> Shown(const std::filesystem::path& file, const std::vector<double>& moments) {
    auto source = SourcePictures::Open(file);
    if (!source) {
      ADD_FAILURE() << source.error().message;
      return {};
    }
    std::vector<int> numbers;
    for (const double seconds : moments) {
      const auto shown = (*source)->At(seconds);
      if (!shown) {
        ADD_FAILURE() << seconds << ": " << shown.error().message;
        return numbers;
      }
      const Frame picture = shown->picture->Rgb().value();
      numbers.push_back(
          testing::ReadNumber(picture, 0, 0, picture.width, picture.height).value_or(-1));
    }
    return numbers;
  }

  TemporaryDirectory directory_{"source-pictures"};
};

TEST_F(SourcePicturesTest, AnEvenRateGivesEveryFrameItsPicture) {
  for (const char* name : {"a.mp4", "a.mkv", "a.mov"}) {  // ticks of 1/30 s, of 1 ms, of 1/15360 s
    SCOPED_TRACE(name);
    const auto file = Make(name, {.times = EvenTimes(40)});
    std::vector<double> moments;
    std::vector<int> expected;
    for (int i = 0; i < 40; ++i) {
      moments.push_back(i / 30.0);
      expected.push_back(i);
    }
    EXPECT_EQ(Shown(file, moments), expected);
  }
}

TEST_F(SourcePicturesTest, APictureIsHeldUntilTheNextOnesTime) {
  const auto file = Make("a.mp4", {.times = {0, 3, 4, 20, 21}, .last_ticks = 9});
  EXPECT_EQ(Shown(file, {0, 0.09, 0.1, 0.13, 0.134, 0.6, 0.667, 0.69, 0.7, 0.95, 7}),
            (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4}));
}

TEST_F(SourcePicturesTest, AStreamThatBeginsLateBeginsTheFile) {
  // As players do it: time 0 of a file is where its first stream begins.
  const auto file = Make("a.ts", {.times = {30, 31, 32, 33}});
  EXPECT_GT(ProbeMedia(file).value().video->start_seconds, 0.9);
  EXPECT_EQ(Shown(file, {0, 0.034, 0.067, 0.1}), (std::vector<int>{0, 1, 2, 3}));
}

TEST_F(SourcePicturesTest, AStreamBesideAnEarlierOneKeepsItsPlace) {
  MadeVideo video{.times = {15, 16, 17}};
  const testing::MadeSound sound{.tones = {{.seconds = 1}}};
  ASSERT_TRUE(testing::MakeMedia(directory_ / "a.mov", video, sound));
  // Before its first picture there is nothing but it to show.
  EXPECT_EQ(Shown(directory_ / "a.mov", {0, 0.45, 0.501, 0.534, 0.567}),
            (std::vector<int>{0, 0, 0, 1, 2}));
}

TEST_F(SourcePicturesTest, FarMomentsAreSought) {
  const auto file = Make("a.mp4", {.times = EvenTimes(250), .key_every = 12});
  EXPECT_EQ(Shown(file, {7.0, 7.5, 8.3}), (std::vector<int>{210, 225, 249}));
}

TEST_F(SourcePicturesTest, TurnedFilesAreShownUpright) {
  struct Turn {
    int degrees;
    int width, height;
    int x, y;  // a place in the coloured half
  };
  for (const Turn turn :
       {Turn{90, 48, 64, 40, 32}, Turn{180, 64, 48, 32, 40}, Turn{270, 48, 64, 8, 32}}) {
    SCOPED_TRACE(turn.degrees);
    const auto file = Make("t" + std::to_string(turn.degrees) + ".mp4",
                           {.times = EvenTimes(2), .turned_degrees = turn.degrees});
    const auto facts = ProbeMedia(file).value();
    EXPECT_EQ(facts.video->width, turn.width);
    EXPECT_EQ(facts.video->height, turn.height);
    const auto source = SourcePictures::Open(file).value();
    const Frame picture = source->At(0).value().picture->Rgb().value();
    ASSERT_EQ(picture.width, turn.width);
    ASSERT_EQ(picture.height, turn.height);
    const std::size_t at = static_cast<std::size_t>(turn.y) * picture.row_bytes() +
                           3 * static_cast<std::size_t>(turn.x);
    EXPECT_NEAR(picture.pixels[at], 0xc8, 4);
    EXPECT_NEAR(picture.pixels[at + 1], 0x32, 4);
  }
}

TEST_F(SourcePicturesTest, PixelsThatAreNotSquareAreMadeSo) {
  const auto file = Make("wide.mp4", {.times = EvenTimes(2), .aspect_num = 2, .aspect_den = 1});
  EXPECT_EQ(ProbeMedia(file).value().video->width, 128);
  const auto source = SourcePictures::Open(file).value();
  const Frame picture = source->At(0.04).value().picture->Rgb().value();
  EXPECT_EQ(picture.width, 128);
  EXPECT_EQ(picture.height, 48);
  EXPECT_EQ(testing::ReadNumber(picture, 0, 0, 128, 48), 1);
}

TEST_F(SourcePicturesTest, OddSizesKeepTheirLastRowAndColumn) {
  const auto file = Make(
      "odd.mkv",
      {.codec = "ffv1", .pixels = "yuv420p", .width = 63, .height = 47, .times = EvenTimes(3)});
  const auto source = SourcePictures::Open(file).value();
  const Frame picture = source->At(0.067).value().picture->Rgb().value();
  EXPECT_EQ(picture.width, 63);
  EXPECT_EQ(picture.height, 47);
  EXPECT_EQ(testing::ReadNumber(picture, 0, 0, 63, 47), 2);
}

TEST_F(SourcePicturesTest, ColoursAreThoseOfTheFilesOwnMatrixAndRange) {
  struct Kind {
    const char* name;
    MadeVideo video;
  };
  const std::vector<Kind> kinds{
      {"bt709", {.times = EvenTimes(1)}},
      {"bt601", {.times = EvenTimes(1), .matrix = "smpte170m"}},
      {"untagged and small", {.times = EvenTimes(1), .matrix = ""}},
      {"full range", {.times = EvenTimes(1), .full_range = true}},
      {"rgb", {.codec = "png", .pixels = "rgb24", .times = EvenTimes(1)}},
      {"ten bits", {.codec = "prores_ks", .pixels = "yuv422p10le", .times = EvenTimes(1)}}};
  for (const Kind& kind : kinds) {
    SCOPED_TRACE(kind.name);
    const auto file = Make(std::string(kind.name) + ".mov", kind.video);
    const auto source = SourcePictures::Open(file).value();
    const Frame picture = source->At(0).value().picture->Rgb().value();
    const std::uint8_t* pixel = picture.pixels.data() + 10 * picture.row_bytes() + 3 * 20;
    EXPECT_NEAR(pixel[0], 0xc8, 3);
    EXPECT_NEAR(pixel[1], 0x32, 3);
    EXPECT_NEAR(pixel[2], 0x32, 3);
  }
}

TEST_F(SourcePicturesTest, AlphaIsKept) {
  const std::vector<std::pair<std::string, MadeVideo>> kinds{
      {"vp9.webm",
       {.codec = "libvpx-vp9", .pixels = "yuva420p", .times = EvenTimes(3), .alpha = true}},
      {"prores.mov",
       {.codec = "prores_ks", .pixels = "yuva444p10le", .times = EvenTimes(3), .alpha = true}},
      {"png.mov", {.codec = "png", .pixels = "rgba", .times = EvenTimes(3), .alpha = true}}};
  for (const auto& [name, video] : kinds) {
    SCOPED_TRACE(name);
    const auto file = Make(name, video);
    EXPECT_TRUE(ProbeMedia(file).value().video->has_alpha);
    const auto source = SourcePictures::Open(file).value();
    const Frame picture = source->At(0.067).value().picture->Rgb().value();
    ASSERT_EQ(picture.layout, PixelLayout::kRgba32);
    EXPECT_NEAR(picture.pixels[10 * picture.row_bytes() + 4 * 16 + 3], 0, 3);
    EXPECT_NEAR(picture.pixels[10 * picture.row_bytes() + 4 * 48 + 3], 255, 3);
    EXPECT_EQ(testing::ReadNumber(picture, 0, 0, picture.width, picture.height), 2);
  }
}

TEST_F(SourcePicturesTest, DamageIsNamedByItsTime) {
  const auto file = Make("a.mkv", {.times = EvenTimes(60), .key_every = 60});
  {
    std::fstream damage(file, std::ios::in | std::ios::out | std::ios::binary);
    damage.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file) / 2));
    damage << std::string(300, '\x55');
  }
  const auto source = SourcePictures::Open(file).value();
  std::string said;
  for (int i = 0; i < 60 && said.empty(); ++i) {
    const auto shown = source->At(i / 30.0);
    if (!shown) {
      EXPECT_EQ(shown.error().code, ErrorCode::kMedia);
      said = shown.error().message;
    }
  }
  EXPECT_THAT(said, HasSubstr(" s"));
}

TEST_F(SourcePicturesTest, AFileThatWasCutOffIsSaidToBe) {
  const auto file = Make("a.mkv", {.width = 640, .height = 480, .times = EvenTimes(30)});
  const auto whole = std::filesystem::file_size(file);
  const auto facts = ProbeMedia(directory_ / "nowhere.mp4");
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, ErrorCode::kNoInput);
  std::filesystem::resize_file(file, 40);
  const auto nothing = SourcePictures::Open(file);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kMedia);
  EXPECT_GT(whole, 40U);
}

}  // namespace
}  // namespace hyperlocal
