// The whole render, as `hyperlocal render` runs it, with real Chrome and real encoders.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/local_render.h"
#include "engine/av/image_codec.h"
#include "engine/av/video_reader.h"
#include "engine/browser/browser_slot.h"
#include "engine/capture/composition_page.h"
#include "engine/file/whole_file.h"
#include "golden/frame_number.h"
#include "golden/picture_difference.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kSource = HYPERLOCAL_SOURCE_DIR;

std::string Bytes(const fs::path& file) {
  return ReadWholeFile(file).value();
}

class RenderTest : public ::testing::Test {
 protected:
  cli::LocalRenderOptions Options(const fs::path& project, const std::string& output) {
    cli::LocalRenderOptions options;
    options.project = project;
    options.output = directory_.path() / output;
    return options;
  }

  cli::LocalRenderResult Render(const cli::LocalRenderOptions& options) {
    cli::RenderObserver silent;
    auto result = cli::RenderLocally(options, silent, {});
    if (!result) ADD_FAILURE() << result.error().message;
    return result ? *result : cli::LocalRenderResult{};
  }

  std::vector<std::string> FilesLeft() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_.path()))
      names.push_back(entry.path().filename());
    return names;
  }

  testing::TemporaryDirectory directory_{"render-test"};
};

TEST_F(RenderTest, HelloIsTheSameTwiceAndPlaysEverywhere) {
  auto options = Options(kSource / "examples/hello", "a.mp4");
  options.chunk_size = 15;
  const auto first = Render(options);
  EXPECT_EQ(first.chunks, 4);
  options.output = directory_.path() / "b.mp4";
  Render(options);
  ASSERT_EQ(Bytes(directory_.path() / "a.mp4"), Bytes(directory_.path() / "b.mp4"));

  const VideoFacts facts = ProbeVideo(directory_.path() / "a.mp4").value();
  EXPECT_EQ(facts.codec, "h264");
  EXPECT_EQ(facts.pixel_format, "yuv420p");
  EXPECT_EQ(facts.frame_count, 60);
  EXPECT_EQ(facts.average_rate, (FrameRate{30, 1}));
  EXPECT_EQ(facts.real_rate, (FrameRate{30, 1}));
  EXPECT_DOUBLE_EQ(facts.duration_seconds, 2.0);
  EXPECT_TRUE(facts.index_first);
  EXPECT_EQ(facts.color_matrix, "bt709");
  EXPECT_EQ(facts.color_range, "tv");
}

TEST_F(RenderTest, FramesDoNotDependOnTheChunksTheyAreIn) {
  for (const char* example : {"hello", "cards", "orbit"}) {
    SCOPED_TRACE(example);
    auto options = Options(kSource / "examples" / example, "chunked.mp4");
    options.chunk_size = 15;
    options.frame_hashes = directory_.path() / "chunked.json";
    Render(options);
    options.output = directory_.path() / "single.mp4";
    options.frame_hashes = directory_.path() / "single.json";
    options.chunk_size = 3600;
    EXPECT_EQ(Render(options).chunks, 1);
    EXPECT_EQ(Bytes(directory_.path() / "chunked.json"), Bytes(directory_.path() / "single.json"));
  }
}

// The picture in the video against a lossless capture of the same page.
TEST_F(RenderTest, FlatColoursComeOutAsChromeDrewThem) {
  const fs::path project = kSource / "tests/pages/flat-colours";
  auto options = Options(project, "colours.mp4");
  Render(options);
  auto reader = VideoReader::Open(options.output).value();
  const Frame decoded = reader->Next().value().value();

  BrowserSlot slot{CancellationToken()};
  CompositionPageOptions page_options;
  page_options.directory = project;
  page_options.width = 640;
  page_options.height = 360;
  auto page = CompositionPage::Open(*slot.Get().value(), std::move(page_options)).value();
  auto png = page->Draw(0, {30, 1}, {.png = true}).value();
  const Frame captured = DecodeImage({ImageFormat::kPng, 640, 360, std::move(png)}).value();

  const auto difference = golden::ComparePictures(captured, decoded).value();
  EXPECT_LT(difference.mean_error, 1.5) << "PSNR " << difference.psnr_db << " dB";
  RecordProperty("mean_error", std::to_string(difference.mean_error));
  std::printf("mean colour error %.3f of 255, PSNR %.1f dB\n", difference.mean_error,
              difference.psnr_db);
}

TEST_F(RenderTest, EveryTestCardFrameIsInItsPlace) {
  auto options = Options(kSource / "examples/testcard", "card.mp4");
  options.chunk_size = 7;
  options.workers = 3;
  Render(options);
  auto reader = VideoReader::Open(options.output).value();
  std::int64_t expected = 0;
  for (auto frame = reader->Next(); frame.value(); frame = reader->Next(), ++expected) {
    ASSERT_EQ(golden::ReadFrameNumber(*frame.value()).value(), expected);
  }
  EXPECT_EQ(expected, 60);
}

// Kills a Chrome of ours once the chunks are on their way.
class KillingObserver : public cli::RenderObserver {
 public:
  explicit KillingObserver(int kills) : kills_(kills) {}
  void OnChunkProgress(int, std::int64_t) override {
    if (kills_ == 0) return;
    for (const auto& process : fs::directory_iterator("/proc")) {
      std::ifstream in(process.path() / "stat");
      std::string pid, name, state;
      pid_t parent = 0;
      if (!(in >> pid >> name >> state >> parent) || parent != ::getpid() || state == "Z") continue;
      if (name.find("chrom") == std::string::npos) continue;
      --kills_;
      ::kill(std::stoi(pid), SIGKILL);
      return;
    }
  }
  void OnChunkRetry(int, const Error& error) override {
    ++retries;
    last_error = error.message;
    if (kill_again) kills_ = 1;
  }
  int retries = 0;
  bool kill_again = false;
  std::string last_error;

 private:
  int kills_;
};

TEST_F(RenderTest, AChunkWhoseChromeWasKilledIsRenderedAgain) {
  auto options = Options(kSource / "examples/hello", "undisturbed.mp4");
  options.chunk_size = 30;
  options.workers = 1;
  Render(options);
  options.output = directory_.path() / "killed.mp4";
  KillingObserver observer(1);
  const auto result = cli::RenderLocally(options, observer, {});
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(observer.retries, 1);
  EXPECT_THAT(observer.last_error, HasSubstr("killed by signal 9"));
  EXPECT_EQ(Bytes(options.output), Bytes(directory_.path() / "undisturbed.mp4"));
}

TEST_F(RenderTest, AChunkWhoseChromeIsKilledTwiceFailsTypedAndLeavesNoFile) {
  auto options = Options(kSource / "examples/hello", "never.mp4");
  options.workers = 1;
  KillingObserver observer(1);
  observer.kill_again = true;
  const auto result = cli::RenderLocally(options, observer, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kBrowserCrashed);
  EXPECT_THAT(result.error().message, HasSubstr("chunk 0"));
  EXPECT_THAT(FilesLeft(), ::testing::IsEmpty());
}

class CancellingObserver : public cli::RenderObserver {
 public:
  void OnChunkProgress(int, std::int64_t) override {
    ++frames;
    cancel.Cancel();
  }
  CancellationToken cancel;
  int frames = 0;
};

// No browser hears of it here: the chunk itself has to.
TEST_F(RenderTest, ACancelledTestCardStopsAtTheNextFrame) {
  auto options = Options(kSource / "examples/testcard", "never.mp4");
  options.workers = 1;
  CancellingObserver observer;
  const auto result = cli::RenderLocally(options, observer, observer.cancel);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_LE(observer.frames, 2);
  EXPECT_THAT(FilesLeft(), ::testing::IsEmpty());
}

TEST_F(RenderTest, ACancelledRenderLeavesTheOldOutputAndNothingElse) {
  auto options = Options(kSource / "examples/hello", "old.mp4");
  std::ofstream(options.output) << "what was there before";
  CancellingObserver observer;
  const auto result = cli::RenderLocally(options, observer, observer.cancel);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(Bytes(options.output), "what was there before");
  EXPECT_THAT(FilesLeft(), ::testing::ElementsAre("old.mp4"));
}

TEST_F(RenderTest, WidthAloneScalesTheCompositionWithoutChangingItsLayout) {
  auto options = Options(kSource / "examples/hello", "half.mp4");
  options.width = 320;
  const auto result = Render(options);
  EXPECT_EQ(result.width, 320);
  EXPECT_EQ(result.height, 180);
  EXPECT_EQ(ProbeVideo(options.output).value().width, 320);
}

TEST_F(RenderTest, AnotherShapeThanTheCompositionsIsRefused) {
  auto options = Options(kSource / "examples/hello", "square.mp4");
  options.width = 400;
  options.height = 400;
  cli::RenderObserver silent;
  const auto result = cli::RenderLocally(options, silent, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(result.error().message, HasSubstr("640x360"));
}

TEST_F(RenderTest, VariablesChangeThePicture) {
  auto options = Options(kSource / "examples/cards", "default.mp4");
  options.frame_hashes = directory_.path() / "default.json";
  options.width = 640;
  options.target_chunk_frames = 90;
  Render(options);
  options.output = directory_.path() / "other.mp4";
  options.frame_hashes = directory_.path() / "other.json";
  options.variables_json = R"({"headline":"Something else"})";
  Render(options);
  EXPECT_NE(Bytes(directory_.path() / "default.json"), Bytes(directory_.path() / "other.json"));
}

TEST_F(RenderTest, AnOutputThatCannotBeWrittenIsRefusedBeforeAnyWork) {
  auto options = Options(kSource / "examples/hello", "no/such/directory/out.mp4");
  cli::RenderObserver silent;
  const auto result = cli::RenderLocally(options, silent, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(result.error().message, HasSubstr("does not exist"));
}

TEST_F(RenderTest, APngSequenceIsADirectoryOfFrames) {
  auto options = Options(kSource / "examples/testcard", "frames/");
  options.format = OutputFormat::kPngSequence;
  options.chunk_size = 25;
  const auto result = Render(options);
  EXPECT_EQ(result.frames, 60);
  EXPECT_TRUE(fs::exists(directory_.path() / "frames" / "frame_000060.png"));
  EXPECT_FALSE(fs::exists(directory_.path() / "frames" / "frame_000061.png"));
}

}  // namespace
}  // namespace hyperlocal
