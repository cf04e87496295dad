#include "cli/golden_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cli/recording_console_test_support.h"
#include "engine/av/video_writer.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A small film with a box that moves; `fault` changes a frame.
Frame Picture(int index, int fault) {
  Frame frame{.width = 64, .height = 36, .layout = PixelLayout::kRgb24, .pixels = {}};
  for (int y = 0; y < 36; ++y) {
    for (int x = 0; x < 64; ++x) {
      const bool box = x >= 3 * index && x < 3 * index + 12 && y >= 8 && y < 24;
      const bool wrong = index == fault && x >= 30 && x < 50;
      frame.pixels.push_back(static_cast<std::uint8_t>(wrong ? 255 : box ? 240 : 4 * x));
      frame.pixels.push_back(static_cast<std::uint8_t>(box ? 60 : 100 + y));
      frame.pixels.push_back(static_cast<std::uint8_t>(wrong ? 0 : 180 - 2 * y));
    }
  }
  return frame;
}

class GoldenCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(Fixture() / "project");
    std::ofstream(Fixture() / "project/testcard.json")
        << R"({"width": 64, "height": 36, "fps": 24, "frames": 12, "pattern": "bars"})";
    std::ofstream(Fixture() / "meta.json")
        << R"({"name": "box", "guards": "a box", "render": {"chunkSize": 4},)"
        << R"( "thresholds": {"minPsnr": 40}})";
  }

  fs::path Fixture() const { return directory_ / "fixtures" / "box"; }

  // What RenderLocally would do, with our film.
  Result<LocalRenderResult> Render(const LocalRenderOptions& options) {
    ++renders_;
    conditions_.emplace(options.workers, options.chunk_order, options.lose_a_browser);
    VideoSettings settings{};
    settings.width = 64;
    settings.height = 36;
    settings.rate = {24, 1};
    settings.preset = "ultrafast";
    settings.crf = 10;
    settings.gop_size = 12;
    HYPERLOCAL_TRY(auto writer, VideoWriter::Create(options.output, settings));
    std::string hashes;
    for (int i = 0; i < 12; ++i) {
      // A seam: the chunked render has another picture there.
      const int fault = options.max_parallel_chunks.value_or(0) > 1 && seam_ ? 6 : fault_;
      HYPERLOCAL_TRY_STATUS(writer->Write(Picture(i, fault)));
      hashes += (i == 0 ? "\"" : ",\"") + std::to_string(i == fault ? i + 100 : i) + "\"";
    }
    HYPERLOCAL_TRY(const std::int64_t frames, writer->Finish());
    if (!options.frame_hashes.empty()) {
      HYPERLOCAL_TRY_STATUS(WriteWholeFile(options.frame_hashes, "{\"frames\":[" + hashes + "]}"));
    }
    LocalRenderResult result;
    result.output = options.output;
    result.frames = frames;
    result.chunks = options.max_parallel_chunks.value_or(3);
    if (options.keep_work) {
      result.work_directory = directory_ / ("work-" + std::to_string(renders_));
      fs::create_directories(result.work_directory / "chunks");
      fs::copy_file(options.output, result.work_directory / "chunks/0000.mp4");
    }
    return result;
  }

  int Run(std::vector<std::string> arguments) {
    console_ = std::make_unique<RecordingConsole>();
    auto invocation = ParseCommandLine(arguments);
    EXPECT_TRUE(invocation) << invocation.error().message;
    Environment environment;
    environment.ci = ci_;
    CommandContext context{.console = *console_,
                           .environment = environment,
                           .clock = [] { return std::chrono::steady_clock::time_point{}; },
                           .cancel = {},
                           .first_signal = [] { return 0; },
                           .working_directory = directory_.path()};
    return RunGolden(
        std::get<CommandLine>(*invocation), context,
        [this](const LocalRenderOptions& options, RenderObserver&, const CancellationToken&) {
          return Render(options);
        },
        [](bool, const CancellationToken&) { return AssetSources{}; });
  }
  int OnFixtures(const std::string& verb, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"golden", verb, "--fixtures",
                                       (directory_ / "fixtures").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  std::string Film(const std::string& name, int fault) {
    LocalRenderOptions options;
    options.output = directory_ / name;
    fault_ = fault;
    EXPECT_TRUE(Render(options));
    fault_ = -1;
    return options.output.string();
  }

  testing::TemporaryDirectory directory_{"golden-command"};
  std::unique_ptr<RecordingConsole> console_;
  int fault_ = -1;
  bool seam_ = false;
  bool ci_ = false;
  int renders_ = 0;
  std::set<std::tuple<int, ChunkOrder, bool>> conditions_;  // of the renders
};

TEST_F(GoldenCommand, CompareTellsAlikeFromDifferentByItsStatus) {
  const std::string a = Film("a.mp4", -1);
  const std::string b = Film("b.mp4", 5);
  EXPECT_EQ(Run({"golden", "compare", a, a}), 0);
  EXPECT_THAT(console_->out(), HasSubstr("equal"));
  EXPECT_EQ(Run({"golden", "compare", a, b}), 1);
  EXPECT_THAT(console_->out(), HasSubstr("the worst is frame 5 (0.208 s)"));
  EXPECT_EQ(Run({"golden", "compare", a, b, "--min-psnr", "15", "--min-frame-psnr", "5"}), 0);
  EXPECT_EQ(Run({"golden", "compare", a, b, "--min-psnr", "15", "--min-frame-psnr", "30",
                 "--max-frame-failures", "1"}),
            0);
  EXPECT_EQ(Run({"golden", "compare", a, b, "--min-psnr", "5", "--min-ssim", "0.9999"}), 1);
}

TEST_F(GoldenCommand, CompareIsUndecidedWithoutWhatItWasAskedFor) {
  const std::string a = Film("a.mp4", -1);
  EXPECT_EQ(Run({"golden", "compare", a, a, "--min-audio-correlation", "0.5"}), 3);
  EXPECT_THAT(console_->out(), HasSubstr("neither video has any"));
}

TEST_F(GoldenCommand, CompareSaysWhichFileIsMissingAndWhichFlagIsWrong) {
  const std::string a = Film("a.mp4", -1);
  EXPECT_EQ(Run({"golden", "compare", a, (directory_ / "none.mp4").string()}), 66);
  EXPECT_THAT(console_->err(), HasSubstr("none.mp4"));
  EXPECT_EQ(Run({"golden", "compare", a, a, "--min-psnr", "much"}), 64);
  EXPECT_THAT(console_->err(), HasSubstr("--min-psnr takes a number from 0 to 200, not 'much'"));
}

TEST_F(GoldenCommand, CompareWritesJsonAndJUnit) {
  const std::string a = Film("a.mp4", -1);
  const std::string b = Film("b.mp4", 5);
  const std::string junit = (directory_ / "junit.xml").string();
  EXPECT_EQ(Run({"golden", "compare", a, b, "--json", "--junit", junit}), 1);
  const auto json = ParseJson(console_->out(), "the answer").value();
  EXPECT_EQ(json["schema"], "hyperlocal.golden.compare/1");
  EXPECT_EQ(json["outcome"], "fail");
  EXPECT_EQ(json["frames"].size(), 12U);
  EXPECT_EQ(json["frames"][0]["identical"], true);
  EXPECT_TRUE(json["frames"][0]["psnrDb"].is_null());
  EXPECT_LT(json["frames"][5]["psnrDb"], 30);
  EXPECT_THAT(ReadWholeFile(junit).value(), HasSubstr("name=\"frame-psnr\"><failure message="));
}

TEST_F(GoldenCommand, AFixtureIsUndecidedAcceptedAndThenGuarded) {
  EXPECT_EQ(OnFixtures("check"), 3);
  EXPECT_THAT(console_->err(), HasSubstr("there is no baseline; hyperlocal golden accept box"));
  EXPECT_EQ(OnFixtures("accept"), 0);
  EXPECT_TRUE(fs::exists(Fixture() / "baseline.mp4"));
  EXPECT_EQ(OnFixtures("check"), 0);
  fault_ = 7;
  const std::string report = (directory_ / "report").string();
  const std::string junit = (directory_ / "golden.xml").string();
  EXPECT_EQ(OnFixtures("check", {"box", "--report", report, "--junit", junit}), 1);
  EXPECT_THAT(console_->err(), HasSubstr("the worst is frame 7"));
  EXPECT_TRUE(fs::exists(report + "/box/index.html"));
  EXPECT_TRUE(fs::exists(report + "/box/box.mp4"));
  EXPECT_THAT(ReadWholeFile(junit).value(), HasSubstr("<testsuite name=\"box\""));
}

TEST_F(GoldenCommand, AcceptRefusesInCi) {
  ci_ = true;
  EXPECT_EQ(OnFixtures("accept"), 64);
  EXPECT_THAT(console_->err(), HasSubstr("CI is set"));
  EXPECT_FALSE(fs::exists(Fixture() / "baseline.mp4"));
  EXPECT_EQ(renders_, 0);
}

TEST_F(GoldenCommand, OtherVersionsAreToldApartFromOtherPictures) {
  ASSERT_EQ(OnFixtures("accept"), 0);
  std::string meta = ReadWholeFile(Fixture() / "meta.json").value();
  const std::size_t at = meta.find("\"ffmpeg\": \"ffmpeg version ");
  ASSERT_NE(at, meta.npos);
  meta.insert(at + 26, "0.");
  ASSERT_TRUE(WriteWholeFile(Fixture() / "meta.json", meta));
  EXPECT_EQ(OnFixtures("check"), 0);
  EXPECT_THAT(console_->err(), HasSubstr("FFmpeg was ffmpeg version 0."));
  fault_ = 7;
  EXPECT_EQ(OnFixtures("check"), 1);
  EXPECT_THAT(console_->err(), HasSubstr("(and FFmpeg was ffmpeg version 0."));
}

TEST_F(GoldenCommand, AnEditedProjectOrBaselineIsUndecided) {
  ASSERT_EQ(OnFixtures("accept"), 0);
  std::ofstream(Fixture() / "project/testcard.json")
      << R"({"width": 64, "height": 36, "fps": 24, "frames": 12, "pattern": "slate"})";
  EXPECT_EQ(OnFixtures("check"), 3);
  EXPECT_THAT(console_->err(),
              HasSubstr("its project is not the one that the baseline was made of"));
  ASSERT_EQ(OnFixtures("accept"), 0);
  std::ofstream(Fixture() / "baseline.mp4", std::ios::app) << "x";
  EXPECT_EQ(OnFixtures("check"), 3);
  EXPECT_THAT(console_->err(), HasSubstr("is not the video that meta.json records"));
}

TEST_F(GoldenCommand, FixturesThatAreNotThereAreNamed) {
  EXPECT_EQ(OnFixtures("check", {"circle"}), 66);
  EXPECT_THAT(console_->err(), HasSubstr("there is no fixture circle"));
  EXPECT_THAT(console_->err(), HasSubstr("there are box"));
  std::ofstream(Fixture() / "meta.json") << R"({"name": "box", "guards": "", "colour": 1})";
  EXPECT_EQ(OnFixtures("check"), 65);
  EXPECT_THAT(console_->err(), HasSubstr("there is no member colour"));
}

TEST_F(GoldenCommand, SeamsNamesTheFramesThatDependOnTheirChunk) {
  const std::string project = (Fixture() / "project").string();
  EXPECT_EQ(Run({"golden", "seams", project, "--chunks", "2,3"}), 0);
  EXPECT_THAT(console_->out(), HasSubstr("no seams"));
  seam_ = true;
  EXPECT_EQ(Run({"golden", "seams", project, "--chunks", "2"}), 1);
  EXPECT_THAT(console_->out(), HasSubstr("1 of 12 frames differ"));
  EXPECT_THAT(console_->out(), HasSubstr("frame 6 (chunk 1, its frame 0)"));
  EXPECT_EQ(Run({"golden", "seams", project, "--chunks", "1"}), 64);
}

TEST_F(GoldenCommand, SeamsOfSeveralCompositionsAreATable) {
  const std::string project = (Fixture() / "project").string();
  EXPECT_EQ(Run({"golden", "seams", project, project, "--chunks", "2"}), 0);
  EXPECT_THAT(console_->out(), HasSubstr("2 compositions: no seams"));
  seam_ = true;
  EXPECT_EQ(Run({"golden", "seams", project, project, "--chunks", "2", "--json"}), 1);
  const auto json = ParseJson(console_->out(), "the answer").value();
  EXPECT_EQ(json["projects"].size(), 2U);
  EXPECT_EQ(json["projects"][1]["passes"][0]["differingFrames"], nlohmann::json({6}));
}

TEST_F(GoldenCommand, DeterminismRendersUnderEveryCondition) {
  EXPECT_EQ(
      Run({"golden", "determinism", (Fixture() / "project").string(), "--runs", "18", "--json"}),
      0);
  EXPECT_EQ(conditions_.size(), 18U);  // three numbers of workers, three orders, with and without
}

TEST_F(GoldenCommand, DeterminismNamesTheFrameThePlaceAndTheBox) {
  const std::string project = (Fixture() / "project").string();
  EXPECT_EQ(Run({"golden", "determinism", project, "--runs", "2"}), 0);
  EXPECT_THAT(console_->out(), HasSubstr("2 runs: 1 chunk and the result are the same bytes"));
  // From the second run on something is different.
  fault_ = -1;
  const int before = renders_;
  int status = 0;
  {
    console_ = std::make_unique<RecordingConsole>();
    std::vector<std::string> arguments{"golden", "determinism", project, "--runs", "2", "--json"};
    auto invocation = ParseCommandLine(arguments);
    CommandContext context{.console = *console_,
                           .environment = {},
                           .clock = [] { return std::chrono::steady_clock::time_point{}; },
                           .cancel = {},
                           .first_signal = [] { return 0; },
                           .working_directory = directory_.path()};
    status = RunGolden(
        std::get<CommandLine>(*invocation), context,
        [&](const LocalRenderOptions& options, RenderObserver&, const CancellationToken&) {
          if (renders_ > before) fault_ = 9;
          return Render(options);
        },
        [](bool, const CancellationToken&) { return AssetSources{}; });
  }
  EXPECT_EQ(status, 1);
  const auto json = ParseJson(console_->out(), "the answer").value();
  ASSERT_EQ(json["differences"].size(), 2U);
  const auto what = json["differences"][0]["what"].get<std::string>();
  EXPECT_THAT(what, HasSubstr("frame 9 is the first that differs"));
  EXPECT_THAT(what, HasSubstr("(box "));
  for (const auto& entry : fs::directory_iterator(directory_.path())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("work-")) << entry.path();
  }
}

}  // namespace
}  // namespace hyperlocal::cli
