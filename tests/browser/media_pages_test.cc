// Video and sound of real pages, planned and drawn by real Chrome.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <filesystem>
#include <functional>
#include <memory>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "engine/av/image_codec.h"
#include "engine/av/media_maker_test_support.h"
#include "engine/av/source_sound.h"
#include "engine/browser/browser_slot.h"
#include "engine/capture/open_frame_source.h"
#include "engine/plan/materialize_plan.h"
#include "engine/plan/publish_plan.h"
#include "tests/browser/page_fixture.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::PageFixture;
using testing::ReadNumber;

class MediaPagesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { slot_ = new BrowserSlot(CancellationToken()); }
  static void TearDownTestSuite() {
    delete slot_;
    slot_ = nullptr;
  }

  std::unique_ptr<PageFixture> Plan(const std::string& name) {
    auto fixture = PageFixture::Plan(name, 30, *slot_);
    if (!fixture) {
      ADD_FAILURE() << fixture.error().message;
      return nullptr;
    }
    return std::move(*fixture);
  }

  // All frames in order; checks that chunks, and frames in another order, are the same pictures.
  std::vector<Frame> Frames(const PageFixture& fixture) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(fixture.plan().total_frames));
    std::iota(order.begin(), order.end(), 0);
    auto frames = fixture.Draw(order, *slot_);
    if (!frames) {
      ADD_FAILURE() << frames.error().message;
      return {};
    }
    const auto chunks = fixture.DrawAsChunks(7, *slot_);
    EXPECT_TRUE(chunks) << chunks.error().message;
    for (std::size_t i = 0; chunks && i < order.size(); ++i) {
      EXPECT_EQ(testing::Difference((*chunks)[i], (*frames)[i]), "")
          << "frame " << i << ", in chunks";
    }
    std::reverse(order.begin(), order.end());
    const auto backwards = fixture.Draw(order, *slot_);
    EXPECT_TRUE(backwards) << backwards.error().message;
    for (std::size_t i = 0; backwards && i < order.size(); ++i) {
      EXPECT_EQ(testing::Difference((*backwards)[i], (*frames)[order.size() - 1 - i]), "")
          << "frame " << order[i] << ", backwards";
    }
    return std::move(*frames);
  }

  static BrowserSlot* slot_;
};

BrowserSlot* MediaPagesTest::slot_ = nullptr;

// The number that a video of 64 x 48 at x, y shows in each frame; -1 where there is none.
std::vector<int> NumbersAt(const std::vector<Frame>& frames, int x, int y) {
  std::vector<int> numbers;
  for (const Frame& frame : frames) {
    // Where nothing is shown there is the ground, dark in all eight fields, and no colour above.
    const bool ground = testing::AlmostEqual(testing::ColourAt(frame, x + 20, y + 10), 0x101828);
    numbers.push_back(ground ? -1 : ReadNumber(frame, x, y, 64, 48).value_or(-2));
  }
  return numbers;
}

std::vector<int> Expected(std::size_t frames, const std::function<int(int)>& at) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < frames; ++i) numbers.push_back(at(static_cast<int>(i)));
  return numbers;
}

TEST_F(MediaPagesTest, EveryFrameShowsThePictureOfItsMoment) {
  const auto fixture = Plan("video-frames");
  ASSERT_NE(fixture, nullptr);
  const std::vector<Frame> frames = Frames(*fixture);
  ASSERT_EQ(frames.size(), 30U);
  const auto expect = [&](const char* what, int x, int y, const std::function<int(int)>& at) {
    EXPECT_EQ(NumbersAt(frames, x, y), Expected(30, at)) << what;
  };
  expect("plain", 0, 0, [](int f) { return f; });
  expect("late", 80, 0, [](int f) { return f >= 12 && f < 24 ? 15 + f - 12 : -1; });
  expect("fast", 160, 0, [](int f) { return f * 3 / 2; });
  expect("slow", 240, 0, [](int f) { return f < 4 ? 0 : f < 5 ? 1 : f < 15 ? 2 : f < 24 ? 3 : 4; });
  expect("round", 0, 64, [](int f) { return f % 8; });
  expect("without id or end", 80, 64, [](int f) { return f >= 3 ? f - 3 : -1; });
  expect("without id", 160, 64, [](int f) { return f; });
  expect("without a time", 240, 64, [](int f) { return f; });
  expect("held", 0, 128, [](int f) { return std::min(f, 7); });
  EXPECT_THAT(fixture->messages(), ElementsAre(::testing::HasSubstr("id=\"held\"")));
}

TEST_F(MediaPagesTest, AChunkOfAPlanByContentNeedsOnlyThePicturesThatItShows) {
  const auto fixture = Plan("video-frames");
  ASSERT_NE(fixture, nullptr);
  ASSERT_EQ(fixture->plan().chunks.size(), 3U);
  const testing::TemporaryDirectory directory("media-v2");
  auto publisher = PublishPlanToDirectory(directory / "v2");
  ASSERT_TRUE(publisher) << publisher.error().message;
  const auto manifest = PublishPlan(fixture->plan().root, **publisher);
  ASSERT_TRUE(manifest) << manifest.error().message;
  const auto materialized =
      MaterializePlan(directory / "v2", PlanTarget::Chunk(1), directory / "chunk");
  ASSERT_TRUE(materialized) << materialized.error().message;
  const fs::path frames = directory / "chunk/video-frames/plain";
  EXPECT_FALSE(fs::exists(frames / "frame_00010.jpg"));
  EXPECT_TRUE(fs::exists(frames / "frame_00011.jpg"));
  EXPECT_TRUE(fs::exists(frames / "frame_00020.jpg"));
  EXPECT_FALSE(fs::exists(frames / "frame_00021.jpg"));

  const PlanDirectory plan = ReadPlanDirectory(directory / "chunk").value();
  const auto whole = fixture->Draw({10, 15, 19}, *slot_);
  ASSERT_TRUE(whole) << whole.error().message;
  auto source = OpenFrameSource(plan, plan.chunks[1], *slot_);
  ASSERT_TRUE(source) << source.error().message;
  std::size_t next = 0;
  for (const std::int64_t frame : {10, 15, 19}) {
    auto image = (*source)->Capture(frame);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(testing::Difference(DecodeImage(std::move(*image)).value(), (*whole)[next++]), "");
  }
  const auto lacking = (*source)->Capture(25);  // of the chunk behind it
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().code, ErrorCode::kMissingPlanArtifact) << lacking.error().message;
}

TEST_F(MediaPagesTest, ColoursOfASourceComeThrough) {
  const auto fixture = Plan("video-frames");
  ASSERT_NE(fixture, nullptr);
  const auto frames = fixture->Draw({0, 1, 2}, *slot_);
  ASSERT_TRUE(frames) << frames.error().message;
  for (int i = 0; i < 3; ++i) {
    const std::uint32_t colour = testing::ColourAt((*frames)[static_cast<std::size_t>(i)], 30, 10);
    const std::uint32_t expected = testing::ColourOfNumber(i);
    for (const int shift : {0, 8, 16}) {
      EXPECT_NEAR(int(colour >> shift & 0xff), int(expected >> shift & 0xff), 6) << i;
    }
  }
}

TEST_F(MediaPagesTest, AVideoLooksAsAnImageInItsPlace) {
  const auto fixture = Plan("video-look");
  ASSERT_NE(fixture, nullptr);
  const auto frames = fixture->Draw({3, 0}, *slot_);
  ASSERT_TRUE(frames) << frames.error().message;
  for (const Frame& frame : *frames) {
    int largest = 0, differing = 0;
    for (int y = 0; y < 320; ++y) {
      for (int x = 0; x < 320; ++x) {
        const std::uint32_t video = testing::ColourAt(frame, x, y);
        const std::uint32_t image = testing::ColourAt(frame, x + 320, y);
        for (const int shift : {0, 8, 16}) {
          const int off = std::abs(int(video >> shift & 0xff) - int(image >> shift & 0xff));
          largest = std::max(largest, off);
          differing += off > 24 ? 1 : 0;
        }
      }
    }
    // Of 307,200: an edge that lies between two pixels may be rounded to the other one.
    EXPECT_LT(differing, 200) << "by up to " << largest;
    EXPECT_LT(largest, 64);
  }
}

TEST_F(MediaPagesTest, WhoeverCopiesPixelsGetsThoseOfTheFrame) {
  const auto fixture = Plan("video-pixels");
  ASSERT_NE(fixture, nullptr);
  const std::vector<Frame> frames = Frames(*fixture);
  ASSERT_EQ(frames.size(), 15U);
  const auto number = [](int f) { return f; };
  EXPECT_EQ(NumbersAt(frames, 0, 0), Expected(15, number)) << "drawImage";
  EXPECT_EQ(NumbersAt(frames, 80, 0), Expected(15, number)) << "texImage2D";
  EXPECT_EQ(NumbersAt(frames, 160, 0), Expected(15, number)) << "requestVideoFrameCallback";
}

TEST_F(MediaPagesTest, NestedCompositionsShiftTheirVideos) {
  const auto fixture = Plan("video-nested");
  ASSERT_NE(fixture, nullptr);
  const std::vector<Frame> frames = Frames(*fixture);
  ASSERT_EQ(frames.size(), 30U);
  EXPECT_EQ(NumbersAt(frames, 0, 0),
            Expected(30, [](int f) { return f >= 3 && f < 12 ? f - 3 : -1; }));
  EXPECT_EQ(NumbersAt(frames, 80, 0),
            Expected(30, [](int f) { return f >= 18 && f < 27 ? f - 18 : -1; }));
}

double Strength(const std::vector<float>& pairs, double hertz, double from, double to) {
  std::complex<double> sum = 0;
  const auto first = static_cast<std::size_t>(from * kMixRate);
  const auto last = std::min(pairs.size() / 2, static_cast<std::size_t>(to * kMixRate));
  for (std::size_t i = first; i < last; ++i) {
    const double angle = -2 * std::numbers::pi * hertz * static_cast<double>(i) / kMixRate;
    sum += std::polar(static_cast<double>(pairs[2 * i]), angle);
  }
  return 2 * std::abs(sum) / static_cast<double>(last - first);
}

TEST_F(MediaPagesTest, WhatIsHeardIsAsLoudAsThePageSays) {
  const auto fixture = Plan("sound-volume");
  ASSERT_NE(fixture, nullptr);
  EXPECT_TRUE(fixture->plan().has_audio);
  const auto source = SourceSound::Open(fixture->plan().audio_file(), 0, 1);
  ASSERT_TRUE(source) << source.error().message;
  std::vector<float> mix(2 * 3 * kMixRate);
  const auto read = (*source)->Read(mix.data(), mix.size() / 2);
  ASSERT_TRUE(read);
  EXPECT_NEAR(static_cast<double>(*read), 2 * kMixRate, 48);
  constexpr double kNear = 0.006;
  const auto expect = [&](int hertz, double at, double strength) {
    EXPECT_NEAR(Strength(mix, hertz, at - 0.1, at + 0.1), strength, kNear) << hertz << " at " << at;
  };
  for (const double at : {0.15, 0.9, 1.8}) expect(400, at, 0.05);
  for (const double at : {0.2, 1.0, 1.8}) expect(700, at, 0.1 * at / 2);
  for (const double at : {0.2, 1.0, 1.8}) expect(1100, at, 0);
  expect(1600, 0.8, 0);
  expect(1600, 1.25, 0.1);
  expect(1600, 1.7, 0);
  expect(2300, 0.5, 0.1);
  expect(2300, 1.2, 0);
  expect(3100, 0.5, 0.05);
  expect(3100, 1.5, 0.05);
  expect(4100, 0.6, 0);
  expect(4100, 1.1, 0.025);
  expect(4100, 1.7, 0);  // its composition is over
}

}  // namespace
}  // namespace hyperlocal
