#include "cli/render_request.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

Result<RenderRequest> Read(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "render");
  HYPERLOCAL_TRY(const Invocation invocation, ParseCommandLine(arguments));
  return ReadRenderRequest(std::get<CommandLine>(invocation), "/home/someone/films");
}

std::string Mistake(std::vector<std::string> arguments) {
  const auto request = Read(std::move(arguments));
  if (request) return "(accepted)";
  EXPECT_EQ(request.error().code, ErrorCode::kUsage);
  return request.error().message;
}

TEST(RenderRequestTest, EveryFlagReachesTheRender) {
  const auto request = Read({"film",       "-o",
                             "out.mp4",    "--fps",
                             "24",         "--width",
                             "640",        "--height",
                             "360",        "--codec",
                             "h265",       "--quality",
                             "high",       "--crf",
                             "12",         "--chunk-size",
                             "15",         "--max-parallel-chunks",
                             "8",          "--target-chunk-frames",
                             "30",         "--workers",
                             "3",          "--variables",
                             "{\"a\":1}",  "--entry",
                             "other.html", "--frame-hashes",
                             "h.json",     "--keep-work",
                             "--json",     "--log-level",
                             "debug"});
  ASSERT_TRUE(request.has_value()) << request.error().message;
  const LocalRenderOptions& options = request->options;
  EXPECT_EQ(options.project, "film");
  EXPECT_EQ(options.output, "out.mp4");
  EXPECT_EQ(options.fps, 24);
  EXPECT_EQ(options.width, 640);
  EXPECT_EQ(options.height, 360);
  EXPECT_EQ(options.format, OutputFormat::kMp4);
  EXPECT_EQ(options.codec, VideoCodec::kH265);
  EXPECT_EQ(options.quality, Quality::kHigh);
  EXPECT_EQ(options.crf, 12);
  EXPECT_EQ(options.chunk_size, 15);
  EXPECT_EQ(options.max_parallel_chunks, 8);
  EXPECT_EQ(options.target_chunk_frames, 30);
  EXPECT_EQ(options.workers, 3);
  EXPECT_EQ(options.variables_json, "{\"a\":1}");
  EXPECT_EQ(options.entry_file, "other.html");
  EXPECT_EQ(options.frame_hashes, "h.json");
  EXPECT_TRUE(options.keep_work);
  EXPECT_TRUE(request->json);
  EXPECT_EQ(request->log_level, LogLevel::kDebug);
}

TEST(RenderRequestTest, WhatIsNotSaidIsLeftToTheComposition) {
  const auto request = Read({"film"});
  ASSERT_TRUE(request.has_value());
  EXPECT_FALSE(request->options.fps || request->options.width || request->options.height ||
               request->options.codec || request->options.crf || request->options.bitrate ||
               request->options.variables_json);
  EXPECT_EQ(request->options.entry_file, "index.html");
  EXPECT_EQ(request->options.workers, 0);
  EXPECT_EQ(request->log_level, LogLevel::kInfo);
}

TEST(RenderRequestTest, TheOutputIsNamedAfterTheProject) {
  EXPECT_EQ(Read({"examples/hello"})->options.output, "hello.mp4");
  EXPECT_EQ(Read({"examples/hello/"})->options.output, "hello.mp4");
  EXPECT_EQ(Read({"."})->options.output, "films.mp4");
  EXPECT_EQ(Read({"../.."})->options.output, "home.mp4");
  EXPECT_EQ(Read({"/"})->options.output, "output.mp4");
  EXPECT_EQ(Read({"hello", "--format", "webm"})->options.output, "hello.webm");
  EXPECT_EQ(Read({"hello", "--format", "png-sequence"})->options.output, "hello-frames");
}

TEST(RenderRequestTest, TheFormatFollowsTheOutputsNameUnlessItIsSaid) {
  EXPECT_EQ(Read({"film", "-o", "a.mov"})->options.format, OutputFormat::kMov);
  EXPECT_EQ(Read({"film", "-o", "a.webm"})->options.format, OutputFormat::kWebm);
  EXPECT_EQ(Read({"film", "-o", "a.bin"})->options.format, OutputFormat::kMp4);
  EXPECT_EQ(Read({"film", "-o", "a.bin", "--format", "mov"})->options.format, OutputFormat::kMov);
  EXPECT_EQ(Mistake({"film", "-o", "a.webm", "--format", "mp4"}),
            "--format mp4 does not fit --output a.webm: such a file ends in .mp4");
  EXPECT_EQ(Read({"film", "-o", "frames/"})->options.format, OutputFormat::kPngSequence);
  EXPECT_EQ(Mistake({"film", "-o", "a.mov", "--format", "png-sequence"}),
            "--format png-sequence does not fit --output a.mov: frames go into a directory");
  EXPECT_NE(Mistake({"film", "-o", "a.mkv"}).find("--output a.mkv ends like no format"),
            std::string::npos);
}

TEST(RenderRequestTest, AResolutionIsNamedInsteadOfASize) {
  const auto request = Read({"film", "--output-resolution", "4K", "--strict-variables"});
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->options.output_resolution,
            (ResolutionWish{OutputResolution::kLandscape4k, true}));
  EXPECT_TRUE(request->options.strict_variables);
  EXPECT_EQ(Mistake({"film", "--output-resolution", "4k", "--width", "1920"}),
            "--output-resolution excludes --width and --height");
  EXPECT_NE(Mistake({"film", "--output-resolution", "8k"}).find("portrait-4k"), std::string::npos);
}

TEST(RenderRequestTest, MistakesNameTheFlag) {
  EXPECT_EQ(Mistake({"film", "--crf", "60"}), "--crf must be an integer from 0 to 51; got 60");
  EXPECT_EQ(Mistake({"film", "--crf", "-1"}), "--crf must be an integer from 0 to 51; got -1");
  EXPECT_EQ(Mistake({"film", "--crf", "x"}), "--crf needs a whole number, not 'x'");
  EXPECT_EQ(Mistake({"film", "--crf", "99999999999"}),
            "--crf needs a whole number, not '99999999999'");
  EXPECT_EQ(Mistake({"film", "--chunk-size", "0"}),
            "--chunk-size must be an integer from 1 to 3600; got 0");
  EXPECT_EQ(Mistake({"film", "--fps", "25"}), "--fps must be one of 24, 30, 60; got 25");
  EXPECT_EQ(Mistake({"film", "--bitrate", "4M", "--crf", "3"}),
            "--crf excludes --bitrate; give one of them");
  EXPECT_EQ(Mistake({"film", "--workers", "0"}), "--workers must be from 1 to 256; got 0");
  EXPECT_EQ(Mistake({"film", "--quiet", "--log-level", "debug"}),
            "--quiet and --log-level debug disagree");
  EXPECT_EQ(Mistake({"film", "--variables", "[1]"}),
            "--variables: must be a JSON object, such as {\"title\": \"Hello\"}");
  EXPECT_EQ(Mistake({"film", "--variables", "{}", "--variables-file", "v.json"}),
            "--variables and --variables-file exclude each other");
  EXPECT_NE(Mistake({"film", "--variables", "{\"a\":}"}).find("--variables"), std::string::npos);
}

TEST(RenderRequestTest, QuietIsTheLogLevelError) {
  EXPECT_EQ(Read({"film", "--quiet"})->log_level, LogLevel::kError);
  EXPECT_EQ(Read({"film", "--quiet", "--log-level", "error"})->log_level, LogLevel::kError);
}

TEST(RenderRequestTest, VariablesComeFromAFileToo) {
  const testing::TemporaryDirectory directory("cli");
  const std::string file = (directory.path() / "v.json").string();
  std::ofstream(file) << "{\"title\": \"Hi\"}";
  EXPECT_EQ(Read({"film", "--variables-file", file})->options.variables_json,
            "{\"title\": \"Hi\"}");

  std::ofstream(file) << "{\"title\"";
  EXPECT_EQ(Read({"film", "--variables-file", file}).error().code, ErrorCode::kInvalidJson);
  std::ofstream(file) << "3";
  EXPECT_EQ(Read({"film", "--variables-file", file}).error().code, ErrorCode::kInvalidJson);
  EXPECT_EQ(Read({"film", "--variables-file", file + "x"}).error().code, ErrorCode::kNoInput);
  EXPECT_EQ(Read({"film", "--variables-file", directory.path().string()}).error().code,
            ErrorCode::kIo);
}

}  // namespace
}  // namespace hyperlocal::cli
