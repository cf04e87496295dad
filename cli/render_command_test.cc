#include "cli/render_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "cli/recording_console_test_support.h"
#include "cli/scripted_render_test_support.h"

namespace hyperlocal::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RenderCommandTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments, const RenderFunction& render = ScriptedRender) {
    arguments.insert(arguments.begin(), {"render", "film"});
    const auto invocation = ParseCommandLine(arguments);
    EXPECT_TRUE(invocation.has_value());
    return RunRender(std::get<CommandLine>(*invocation), context_, render);
  }
  int RunFailing(Error error, std::vector<std::string> arguments = {}) {
    return Run(std::move(arguments),
               [error](const LocalRenderOptions&, RenderObserver& observer,
                       const CancellationToken&) -> Result<LocalRenderResult> {
                 TellPlan(observer);
                 observer.OnChunkStart(1, 1);
                 observer.OnChunkRetry(1, Error{ErrorCode::kBrowserCrashed, "Chrome died"});
                 observer.OnChunkStart(1, 2);
                 return error;
               });
  }

  RecordingConsole console_;
  CommandContext context_{console_,
                          Environment{.utf8 = true},
                          [] { return std::chrono::steady_clock::now(); },
                          CancellationToken(),
                          [] { return 0; },
                          "/"};
};

TEST_F(RenderCommandTest, ResultOnStandardOutputEverythingElseOnStandardError) {
  EXPECT_EQ(Run({"-o", "out.mp4"}), 0);
  EXPECT_EQ(console_.out(), "out.mp4\n");
  EXPECT_THAT(console_.err(), HasSubstr("chunk 1 done: 30 frames"));
  EXPECT_THAT(console_.err(), HasSubstr("Rendered 60 frames (2.0 s of video, 113 kB) in 1.7 s\n"));
  EXPECT_THAT(console_.err(), Not(HasSubstr("\x1b")));
}

TEST_F(RenderCommandTest, QuietSaysNothingButTheResult) {
  EXPECT_EQ(Run({"-o", "out.mp4", "--quiet"}), 0);
  EXPECT_EQ(console_.err(), "");
  EXPECT_EQ(console_.out(), "out.mp4\n");
}

TEST_F(RenderCommandTest, QuietStillSaysErrors) {
  EXPECT_EQ(RunFailing({ErrorCode::kMedia, "libx264 said no"}, {"--quiet"}), 70);
  EXPECT_THAT(console_.err(), HasSubstr("MEDIA: libx264 said no"));
}

TEST_F(RenderCommandTest, TheOptionsArrive) {
  LocalRenderOptions seen;
  Run({"--chunk-size", "15", "--quiet"},
      [&seen](const LocalRenderOptions& options, RenderObserver& observer,
              const CancellationToken& cancel) {
        seen = options;
        return ScriptedRender(options, observer, cancel);
      });
  EXPECT_EQ(seen.chunk_size, 15);
  EXPECT_EQ(seen.output, "film.mp4");
}

TEST_F(RenderCommandTest, ATerminalIsPaintedAndGetsItsCursorBack) {
  console_.err_is_terminal = true;
  EXPECT_EQ(Run({}), 0);
  EXPECT_THAT(console_.err(), HasSubstr("\x1b[32m✓\x1b[0m chunks"));
  EXPECT_EQ(console_.cursor_changes, "hidden shown ");
}

TEST_F(RenderCommandTest, ATerminalGetsItsCursorBackAfterAFailureAndAnException) {
  console_.err_is_terminal = true;
  EXPECT_EQ(RunFailing({ErrorCode::kIo, "disk full"}), 74);
  EXPECT_EQ(console_.cursor_changes, "hidden shown ");
  EXPECT_THROW(Run({},
                   [](const LocalRenderOptions&, RenderObserver&, const CancellationToken&)
                       -> Result<LocalRenderResult> { throw std::runtime_error("bug"); }),
               std::runtime_error);
  EXPECT_EQ(console_.cursor_changes, "hidden shown hidden shown ");
}

TEST_F(RenderCommandTest, NoPaintingForADumbTerminalInCiForJsonOrForDebug) {
  console_.err_is_terminal = true;
  context_.environment.dumb_terminal = true;
  Run({});
  context_.environment.dumb_terminal = false;
  context_.environment.ci = true;
  Run({});
  context_.environment.ci = false;
  Run({"--json"});
  Run({"--log-level", "debug"});
  Run({"--quiet"});
  EXPECT_EQ(console_.cursor_changes, "");
  EXPECT_THAT(console_.err(), Not(HasSubstr("\x1b[K")));
}

TEST_F(RenderCommandTest, JsonIsOneDocument) {
  EXPECT_EQ(Run({"--json", "-o", "out.mp4", "--frame-hashes", "h.json"}), 0);
  const auto document = nlohmann::ordered_json::parse(console_.out());
  EXPECT_EQ(document.begin().key(), "schema");
  EXPECT_EQ(document["schema"], "hyperlocal.render/1");
  EXPECT_EQ(document["status"], "succeeded");
  EXPECT_EQ(document["outputFile"], "out.mp4");
  EXPECT_EQ(document["format"], "mp4");
  EXPECT_EQ(document["width"], 640);
  EXPECT_EQ(document["fps"]["num"], 30);
  EXPECT_EQ(document["framesRendered"], 60);
  EXPECT_EQ(document["chunkCount"], 2);
  EXPECT_EQ(document["planHash"], "0123abcd");
  EXPECT_EQ(document["fileSize"], 112'900);
  EXPECT_EQ(document["durationMs"], 1700);
  ASSERT_EQ(document["stages"].size(), 3U);
  EXPECT_EQ(document["stages"][1]["name"], "chunks");
  EXPECT_EQ(document["stages"][1]["durationMs"], 1200);
  EXPECT_EQ(document["frameHashesFile"], "h.json");
  EXPECT_TRUE(document["_meta"]["version"].is_string());
}

TEST_F(RenderCommandTest, JsonHoldsRetriesAndWhatPagesSaid) {
  Run({"--json", "--quiet"},
      [](const LocalRenderOptions& options, RenderObserver& observer,
         const CancellationToken&) -> Result<LocalRenderResult> {
        TellPlan(observer);
        observer.OnChunkStart(0, 1);
        observer.OnChunkRetry(0, Error{ErrorCode::kBrowserCrashed, "Chrome died \xff"});
        observer.OnPageMessage("index.html:1:2: oh");
        return ScriptedResult(options);
      });
  const auto document = nlohmann::json::parse(console_.out());
  EXPECT_EQ(document["retries"][0]["chunkIndex"], 0);
  EXPECT_EQ(document["retries"][0]["attempt"], 1);
  EXPECT_EQ(document["retries"][0]["code"], "BROWSER_CRASHED");
  EXPECT_EQ(document["pageMessages"][0], "index.html:1:2: oh");
}

TEST_F(RenderCommandTest, TheFirstScreenOfAFailureHoldsStageChunkAttemptCauseCodeAndNextCommand) {
  EXPECT_EQ(RunFailing({ErrorCode::kBrowserCrashed, "Chrome was killed by signal 9\nlast line"},
                       {"--quiet"}),
            75);
  EXPECT_EQ(console_.err(),
            "hyperlocal: render failed in stage chunks, chunk 1, attempt 2\n"
            "  BROWSER_CRASHED: Chrome was killed by signal 9\n"
            "    last line\n"
            "  next: hyperlocal doctor\n");
}

TEST_F(RenderCommandTest, TheChunkThatTheMessageNamesIsTheOneThatFailed) {
  RunFailing({ErrorCode::kMedia, "chunk 0: libx264 said no"}, {"--json", "--quiet"});
  const auto error = nlohmann::json::parse(console_.out())["error"];
  EXPECT_EQ(error["chunkIndex"], 0);
  EXPECT_FALSE(error.contains("attempt"));  // chunk 0 had not started
}

TEST_F(RenderCommandTest, AFailureIsADocumentToo) {
  EXPECT_EQ(RunFailing({ErrorCode::kPageNotReady, "fonts never came"}, {"--json", "--quiet"}), 65);
  const auto document = nlohmann::json::parse(console_.out());
  EXPECT_EQ(document["schema"], "hyperlocal.render/1");
  EXPECT_EQ(document["status"], "failed");
  const auto& error = document["error"];
  EXPECT_EQ(error["code"], "PAGE_NOT_READY");
  EXPECT_EQ(error["message"], "fonts never came");
  EXPECT_EQ(error["exitStatus"], 65);
  EXPECT_EQ(error["retryable"], true);
  EXPECT_EQ(error["nextCommand"], "hyperlocal render film --keep-work --log-level debug");
  EXPECT_EQ(error["stage"], "chunks");
  EXPECT_EQ(error["chunkIndex"], 1);
  EXPECT_EQ(error["attempt"], 2);
}

TEST_F(RenderCommandTest, AFormatThatTheEngineRefusesFailsWithTheEnginesCode) {
  EXPECT_EQ(RunFailing({ErrorCode::kFormatNotSupported, "no encoder for mov"}, {"--format", "mov"}),
            65);
  EXPECT_THAT(console_.err(), HasSubstr("FORMAT_NOT_SUPPORTED_IN_DISTRIBUTED: no encoder for mov"));
  EXPECT_THAT(console_.err(), HasSubstr("next: hyperlocal render film --format mp4"));
}

TEST_F(RenderCommandTest, EveryCodeExitsWithItsStatusWithAndWithoutJson) {
  for (const ErrorSpec& spec : kErrorTable) {
    EXPECT_EQ(RunFailing({spec.code, "why"}, {"--quiet"}), spec.exit_status) << spec.wire;
    EXPECT_EQ(RunFailing({spec.code, "why"}, {"--quiet", "--json"}), spec.exit_status) << spec.wire;
  }
}

TEST_F(RenderCommandTest, EveryKindOfFailureButBeingStoppedNamesANextCommand) {
  for (const ErrorSpec& spec : kErrorTable) {
    RecordingConsole console;
    CommandContext context{
        console, Environment(), context_.clock, CancellationToken(), [] { return 0; }, "/"};
    const std::vector<std::string> arguments{"render", "film", "--json", "--quiet"};
    RunRender(std::get<CommandLine>(*ParseCommandLine(arguments)), context,
              [&spec](const LocalRenderOptions&, RenderObserver&,
                      const CancellationToken&) -> Result<LocalRenderResult> {
                return Error{spec.code, "why"};
              });
    const auto next = nlohmann::json::parse(console.out())["error"]["nextCommand"];
    EXPECT_EQ(next.is_null(), spec.code == ErrorCode::kCancelled) << spec.wire;
  }
}

TEST_F(RenderCommandTest, BeingStoppedExitsWithTheSignal) {
  context_.first_signal = [] { return 15; };
  EXPECT_EQ(RunFailing({ErrorCode::kCancelled, "stopped"}, {"--quiet", "--json"}), 143);
  EXPECT_EQ(console_.err(), "hyperlocal: render stopped by SIGTERM; nothing was written\n");
  const auto document = nlohmann::json::parse(console_.out());
  EXPECT_EQ(document["status"], "cancelled");
  EXPECT_EQ(document["error"]["exitStatus"], 143);
}

TEST_F(RenderCommandTest, ASignalThatCameTooLateChangesNothing) {
  context_.first_signal = [] { return 2; };
  EXPECT_EQ(Run({"--quiet"}), 0);
}

TEST_F(RenderCommandTest, AWrongFlagValueIsRefusedBeforeAnythingIsRendered) {
  bool rendered = false;
  EXPECT_EQ(Run({"--crf", "60"},
                [&rendered](const LocalRenderOptions& options, RenderObserver&,
                            const CancellationToken&) -> Result<LocalRenderResult> {
                  rendered = true;
                  return ScriptedResult(options);
                }),
            64);
  EXPECT_FALSE(rendered);
  EXPECT_EQ(console_.err(), "hyperlocal: --crf must be an integer from 0 to 51; got 60\n");
}

TEST_F(RenderCommandTest, AProfileThatCannotBeWrittenIsToldBeforeAnythingIsRendered) {
  const std::vector<std::pair<std::string, std::string>> told{
      {"/nowhere/profile.json", "cannot write /nowhere/profile.json: the directory /nowhere does"},
      {"/", "cannot write /: it is a directory"}};
  for (const auto& [file, why] : told) {
    bool rendered = false;
    EXPECT_EQ(Run({"--profile", file},
                  [&](const LocalRenderOptions&, RenderObserver&,
                      const CancellationToken&) -> Result<LocalRenderResult> {
                    rendered = true;
                    return Error{ErrorCode::kInternal, "rendered"};
                  }),
              SpecOf(ErrorCode::kCannotWrite).exit_status);
    EXPECT_FALSE(rendered);
    EXPECT_THAT(console_.err(), HasSubstr(why));
  }
}

TEST_F(RenderCommandTest, AResultThatCannotBeWrittenIsAnIoErrorThatSaysTheVideoIsThere) {
  console_.out_is_full = true;
  EXPECT_EQ(Run({"-o", "out.mp4", "--json"}), 74);
  EXPECT_THAT(console_.err(), HasSubstr("the video is complete: out.mp4"));
}

TEST_F(RenderCommandTest, WhereTheWorkIsKeptIsSaid) {
  Run({"--keep-work"},
      [](const LocalRenderOptions& options, RenderObserver&,
         const CancellationToken&) -> Result<LocalRenderResult> {
        LocalRenderResult result = ScriptedResult(options);
        result.work_directory = "/tmp/work-1";
        return result;
      });
  EXPECT_THAT(console_.err(), HasSubstr("kept in /tmp/work-1\n"));
}

// The header's rule: calls come from several threads. What matters is that no event is lost or
// doubled.
TEST_F(RenderCommandTest, EventsOfManyThreadsAllArrive) {
  constexpr int kChunks = 32;
  Run({},
      [](const LocalRenderOptions& options, RenderObserver& observer,
         const CancellationToken&) -> Result<LocalRenderResult> {
        std::mutex mutex;  // as RenderLocally holds one
        std::vector<ChunkSlice> slices;
        for (int i = 0; i < kChunks; ++i) slices.push_back({i, i * 10, i * 10 + 10});
        observer.OnPlan(slices, {30, 1}, 640, 360);
        std::vector<std::thread> threads;
        for (int worker = 0; worker < 4; ++worker) {
          threads.emplace_back([&, worker] {
            for (int i = worker; i < kChunks; i += 4) {
              const std::lock_guard lock(mutex);
              observer.OnChunkStart(i, 1);
              for (int frame = 1; frame <= 10; ++frame) observer.OnChunkProgress(i, frame);
              observer.OnChunkDone(i);
            }
          });
        }
        for (std::thread& thread : threads) thread.join();
        return ScriptedResult(options);
      });
  for (int i = 0; i < kChunks; ++i) {
    EXPECT_THAT(console_.err(), HasSubstr("chunk " + std::to_string(i) + " started\n"));
    EXPECT_THAT(console_.err(), HasSubstr("chunk " + std::to_string(i) + " done"));
  }
  EXPECT_THAT(console_.err(), HasSubstr("(32 of 32 chunks)"));
}

}  // namespace
}  // namespace hyperlocal::cli
