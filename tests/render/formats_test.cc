// The three stages in every format, with real Chrome and real encoders; resolutions, variables and
// durations of compositions.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/assemble.h"
#include "engine/av/image_codec.h"
#include "engine/av/plane_reader.h"
#include "engine/av/video_reader.h"
#include "engine/browser/browser_slot.h"
#include "engine/file/whole_file.h"
#include "engine/plan_project.h"
#include "engine/render_chunk.h"
#include "golden/picture_difference.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kSource = HYPERLOCAL_SOURCE_DIR;
constexpr std::int64_t kFrames = 12;  // of alpha-shapes: 0.4 s

struct Render {
  PlanDirectory plan;
  std::vector<std::string> frame_hashes;
  fs::path output;
  std::int64_t frames = 0;
};

class FormatsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { slot_ = new BrowserSlot(CancellationToken()); }
  static void TearDownTestSuite() {
    delete slot_;
    slot_ = nullptr;
  }

  Result<PlanDirectory> Plan(const fs::path& project, RenderConfig config,
                             const std::string& name = "plan", bool strict_variables = false) {
    PlanRequest request;
    request.project = project;
    request.plan_directory = directory_ / name;
    request.variables_json = config.variables_json;
    request.strict_variables = strict_variables;
    request.on_message = [this](std::string_view line) { messages_.emplace_back(line); };
    request.config_for = [config](const CompositionFacts& facts) mutable -> Result<RenderConfig> {
      if (config.width == 0) config.width = facts.width;
      if (config.height == 0) config.height = facts.height;
      return config;
    };
    return PlanProject(request, *slot_);
  }

  // All stages; chunks of `length` frames.
  Result<Render> Make(const fs::path& project, RenderConfig config, int length,
                      const std::string& name) {
    config.chunk_size = length;
    Render render;
    HYPERLOCAL_TRY(render.plan, Plan(project, config, name + ".plan"));
    std::vector<fs::path> chunks;
    for (std::size_t i = 0; i < render.plan.chunks.size(); ++i) {
      std::vector<std::string> hashes;
      RenderChunkOptions options;
      options.frame_hashes = &hashes;
      chunks.push_back(directory_ / (name + "." + std::to_string(i)));
      HYPERLOCAL_TRY([[maybe_unused]] const RenderedChunk chunk,
                     RenderChunk(render.plan, static_cast<int>(i), chunks[i], *slot_, options));
      render.frame_hashes.insert(render.frame_hashes.end(), hashes.begin(), hashes.end());
    }
    render.output = directory_ / name;
    HYPERLOCAL_TRY(const AssembledVideo video, Assemble(render.plan, chunks, render.output));
    render.frames = video.frames;
    return render;
  }

  // Of a video, or of a directory of frames.
  static Result<std::vector<Frame>> Frames(const fs::path& output) {
    std::vector<Frame> frames;
    if (fs::is_directory(output)) {
      std::vector<fs::path> files;
      for (const auto& entry : fs::directory_iterator(output)) files.push_back(entry.path());
      std::sort(files.begin(), files.end());
      for (const fs::path& file : files) {
        HYPERLOCAL_TRY(const std::string png, ReadWholeFile(file));
        HYPERLOCAL_TRY(Frame frame,
                       DecodeImage({ImageFormat::kPng, 0, 0, {png.begin(), png.end()}}));
        frames.push_back(std::move(frame));
      }
      return frames;
    }
    HYPERLOCAL_TRY(const auto reader, PlaneReader::Open(output, 1));
    for (;;) {
      HYPERLOCAL_TRY(const auto picture, reader->Next());
      if (!picture) return frames;
      HYPERLOCAL_TRY(Frame frame, ToRgb(*picture));
      frames.push_back(std::move(frame));
    }
  }

  static BrowserSlot* slot_;
  testing::TemporaryDirectory directory_{"formats"};
  std::vector<std::string> messages_;
};

BrowserSlot* FormatsTest::slot_ = nullptr;

const std::uint8_t* PixelAt(const Frame& frame, int x, int y) {
  return frame.pixels.data() + static_cast<std::size_t>(y) * frame.row_bytes() +
         static_cast<std::size_t>(x) * BytesPerPixel(frame.layout);
}

// What somebody sees over a wall of one grey.
Frame Over(const Frame& frame, int grey) {
  Frame over{frame.width, frame.height, PixelLayout::kRgb24, {}};
  for (std::size_t i = 0; i < frame.pixels.size(); i += 4) {
    const int alpha = frame.pixels[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      over.pixels.push_back(static_cast<std::uint8_t>(
          (frame.pixels[i + c] * alpha + grey * (255 - alpha) + 127) / 255));
    }
  }
  return over;
}

std::vector<std::uint8_t> AlphaOf(const Frame& frame) {
  std::vector<std::uint8_t> alpha;
  for (std::size_t i = 3; i < frame.pixels.size(); i += 4) alpha.push_back(frame.pixels[i]);
  return alpha;
}

struct Format {
  const char* name;
  OutputFormat format;
  std::optional<VideoCodec> codec;
};
constexpr std::array kFormats{Format{"frames", OutputFormat::kPngSequence, {}},
                              Format{"video.webm", OutputFormat::kWebm, {}},
                              Format{"video.mov", OutputFormat::kMov, {}},
                              Format{"h264.mp4", OutputFormat::kMp4, VideoCodec::kH264},
                              Format{"h265.mp4", OutputFormat::kMp4, VideoCodec::kH265}};

TEST_F(FormatsTest, EveryFormatHasTheFramesThatChromeDrewWhateverTheChunks) {
  const fs::path page = kSource / "tests/pages/alpha-shapes";
  std::vector<Frame> drawn;               // of the first format, which is lossless
  std::vector<std::string> alpha_hashes;  // of the formats with alpha
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name);
    RenderConfig config;
    config.format = format.format;
    config.codec = format.codec;
    const auto chunked = Make(page, config, 5, format.name);
    ASSERT_TRUE(chunked) << chunked.error().message;
    const auto single = Make(page, config, 3600, std::string("single-") + format.name);
    ASSERT_TRUE(single) << single.error().message;
    EXPECT_EQ(chunked->plan.chunks.size(), 3U);
    EXPECT_EQ(single->plan.chunks.size(), 1U);
    EXPECT_EQ(chunked->frames, kFrames);
    EXPECT_EQ(chunked->frame_hashes.size(), static_cast<std::size_t>(kFrames));
    EXPECT_EQ(chunked->frame_hashes, single->frame_hashes);
    const auto frames = Frames(chunked->output);
    ASSERT_TRUE(frames) << frames.error().message;
    ASSERT_EQ(frames->size(), static_cast<std::size_t>(kFrames));
    if (format.format == OutputFormat::kMp4) continue;

    if (drawn.empty()) {
      drawn = *frames;
      alpha_hashes = chunked->frame_hashes;
      continue;
    }
    EXPECT_EQ(chunked->frame_hashes, alpha_hashes);
    double worst = 1000;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      ASSERT_EQ(frames->at(i).layout, PixelLayout::kRgba32);
      EXPECT_TRUE(AlphaOf(frames->at(i)) == AlphaOf(drawn[i])) << i;
      for (const int grey : {0, 255}) {
        worst = std::min(
            worst,
            golden::ComparePictures(Over(drawn[i], grey), Over(frames->at(i), grey))->psnr_db);
      }
    }
    EXPECT_GT(worst, format.format == OutputFormat::kMov ? 44 : 34);
    std::printf("%s: %.1f dB at the worst, %lld bytes\n", format.name, worst,
                static_cast<long long>(fs::file_size(chunked->output)));
    const VideoFacts facts = ProbeVideo(chunked->output).value();
    EXPECT_EQ(facts.frame_count, kFrames);
    EXPECT_EQ(facts.average_rate, (FrameRate{30, 1}));
    EXPECT_EQ(facts.real_rate, (FrameRate{30, 1}));
    EXPECT_NEAR(facts.duration_seconds, 0.4, 0.001);
    EXPECT_EQ(facts.color_matrix, "bt709");
    EXPECT_EQ(facts.color_range, "tv");
  }
  // Straight alpha: half-transparent red is all red. Nothing is left of the three backgrounds.
  const Frame& first = drawn.front();
  EXPECT_THAT(std::vector<int>(PixelAt(first, 20, 20), PixelAt(first, 20, 20) + 4),
              ::testing::ElementsAre(255, 0, 0, 128));
  EXPECT_THAT(std::vector<int>(PixelAt(first, 120, 60), PixelAt(first, 120, 60) + 4),
              ::testing::ElementsAre(0x20, 0xc0, 0xff, 255));
  EXPECT_THAT(std::vector<int>(PixelAt(first, 159, 0), PixelAt(first, 159, 0) + 4),
              ::testing::ElementsAre(0, 0, 0, 0));
  EXPECT_NE(alpha_hashes.front(), alpha_hashes.back());
}

TEST_F(FormatsTest, ATestCardIsOpaqueInAFormatWithAlpha) {
  RenderConfig config;
  config.format = OutputFormat::kWebm;
  config.quality = Quality::kDraft;
  testing::PutFile(directory_ / "card/testcard.json",
                   R"({"size":{"width":96,"height":64},"fps":30,"frames":5})");
  const auto render = Make(directory_ / "card", config, 3, "card.webm");
  ASSERT_TRUE(render) << render.error().message;
  EXPECT_EQ(render->plan.locked.preset, "realtime");
  const auto frames = Frames(render->output);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 5U);
  EXPECT_THAT(AlphaOf(frames->back()), ::testing::Each(255));
}

TEST_F(FormatsTest, WhatAFormatCannotDoIsSaid) {
  RenderConfig config;
  config.format = OutputFormat::kMov;
  config.crf = 10;
  testing::PutFile(directory_ / "card/testcard.json",
                   R"({"size":{"width":96,"height":64},"fps":30,"frames":5})");
  ASSERT_TRUE(Plan(directory_ / "card", config));
  EXPECT_THAT(messages_, ::testing::ElementsAre(HasSubstr("crf has no effect on mov")));
}

TEST_F(FormatsTest, AResolutionDrawsTheSameLayoutSharper) {
  // A quarter of 1080p; the text says what the page was told.
  testing::PutFile(directory_ / "page/index.html", R"(<!doctype html><html><body style="margin:0">
    <div data-composition-id="a" data-start="0" data-duration="0.1" data-width="480" data-height="270"
      style="position:relative;width:480px;height:270px;background:#102030">
      <div id="box" style="position:absolute;left:120px;top:30px;width:240px;height:90px;background:#20c0ff"></div>
      <script>document.getElementById('box').style.height = innerWidth === 480 && innerHeight === 270 ? '90px' : '10px';</script>
    </div></body></html>)");
  RenderConfig config;
  config.format = OutputFormat::kPngSequence;
  config.output_resolution = ParseResolutionWish("1080p");
  const auto render = Make(directory_ / "page", config, 3600, "large");
  ASSERT_TRUE(render) << render.error().message;
  EXPECT_EQ(render->plan.width, 480);
  EXPECT_EQ(render->plan.locked.device_scale_factor, 4);
  const auto frames = Frames(render->output);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 3U);
  const Frame& large = frames->front();
  ASSERT_EQ(large.width, 1920);
  ASSERT_EQ(large.height, 1080);
  // The box from (120, 30) to (360, 120), its edges where they belong to the pixel.
  EXPECT_EQ(PixelAt(large, 480, 120)[3], 255);
  EXPECT_EQ(PixelAt(large, 1439, 479)[3], 255);
  EXPECT_EQ(PixelAt(large, 479, 120)[3], 0);
  EXPECT_EQ(PixelAt(large, 1440, 479)[3], 0);
  EXPECT_EQ(PixelAt(large, 480, 119)[3], 0);
  EXPECT_EQ(PixelAt(large, 1439, 480)[3], 0);

  config.output_resolution = ParseResolutionWish("portrait");
  const auto refused = Plan(directory_ / "page", config, "refused.plan");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(refused.error().message, HasSubstr("landscape fits"));
}

TEST_F(FormatsTest, VariablesAreJudgedByTheirDeclarations) {
  const fs::path page = kSource / "tests/pages/nested";
  RenderConfig config;
  config.variables_json = R"({"grund":"#fff"})";
  ASSERT_TRUE(Plan(page, config, "said.plan"));
  EXPECT_THAT(messages_, ::testing::Contains(HasSubstr("variable \"grund\" is not declared")));
  const auto refused = Plan(page, config, "refused.plan", true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(refused.error().message, HasSubstr("\"grund\" is not declared; declared are ground"));
  config.variables_json = R"({"ground":"#fff"})";
  EXPECT_TRUE(Plan(page, config, "fine.plan", true));
}

class DurationTest : public FormatsTest {
 protected:
  // The frames at 30 a second of a composition without a length of its own, or the refusal.
  Result<PlanDirectory> PlanOf(const std::string& attributes, const std::string& inside,
                               const std::string& script = "") {
    fs::remove_all(directory_ / "page");
    fs::remove_all(directory_ / "plan");
    testing::PutFile(
        directory_ / "page/index.html",
        "<!doctype html><html><head><script src=\"https://cdn.jsdelivr.net/npm/gsap@3.14.2/dist/"
        "gsap.min.js\"></script></head><body><div id=\"root\" data-composition-id=\"main\" "
        "data-start=\"0\" data-width=\"64\" data-height=\"48\" " +
            attributes + ">" + inside + "</div><script>window.__timelines = {};" + script +
            "</script></body></html>");
    testing::PutFile(directory_ / "page/part.html",
                     "<template><div data-composition-id=\"part\" data-width=\"64\" "
                     "data-height=\"48\"></div></template>");
    return Plan(directory_ / "page", RenderConfig());
  }
  std::int64_t FramesOf(const Result<PlanDirectory>& plan) {
    EXPECT_TRUE(plan) << plan.error().message;
    return plan ? plan->total_frames : -1;
  }
};

TEST_F(DurationTest, IsDeclaredOrThatOfTheTimelineOrOfTheCompositionsInside) {
  const std::string timeline =
      "__timelines.main = gsap.timeline({paused: true}).to({}, {duration: 0.7}, 0);";
  EXPECT_EQ(FramesOf(PlanOf("data-duration=\"0.5\"", "", timeline)), 15);
  EXPECT_EQ(FramesOf(PlanOf("", "", timeline)), 21);
  EXPECT_EQ(FramesOf(PlanOf("",
                            "<div data-composition-id=\"part\" data-composition-src=\"part.html\" "
                            "data-start=\"0.2\" data-duration=\"0.8\"></div>")),
            30);
}

TEST_F(DurationTest, IsThatOfTheMedia) {
  EXPECT_EQ(FramesOf(PlanOf("",
                            "<img class=\"clip\" data-start=\"0\" data-duration=\"0.2\" alt=\"\">"
                            "<audio data-start=\"0.1\" data-duration=\"0.5\"></audio>",
                            "__timelines.main = gsap.timeline({paused: true});")),
            18);
}

TEST_F(DurationTest, ThatNobodyCanHaveMeantIsRefusedWithTheElement) {
  const auto refusal = [this](const Result<PlanDirectory>& plan) {
    EXPECT_FALSE(plan);
    if (plan) return std::string();
    EXPECT_EQ(plan.error().code, ErrorCode::kInvalidComposition);
    return plan.error().message;
  };
  EXPECT_THAT(refusal(PlanOf("data-duration=\"1e12\"", "")),
              HasSubstr("data-duration=\"1e12\" of <div id=\"root\">"));
  EXPECT_THAT(refusal(PlanOf("", "",
                             "__timelines.main = gsap.timeline({paused: true})"
                             ".to('#root', {opacity: 0, duration: 1, repeat: -1}, 0);")),
              HasSubstr("window.__timelines[\"main\"]"));
  EXPECT_THAT(refusal(PlanOf("data-duration=\"Infinity\"", "")),
              HasSubstr("data-duration=\"Infinity\" of <div id=\"root\">"));
}

}  // namespace
}  // namespace hyperlocal
