// `golden determinism` on real renders: other orders of chunks, and a browser thrown away halfway.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/golden_command.h"
#include "cli/recording_console_test_support.h"
#include "engine/json/canonical_json.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

nlohmann::json Determinism(const std::string& project, const std::string& runs) {
  const std::vector<std::string> arguments{"golden", "determinism", project,
                                           "--runs", runs,          "--json"};
  auto invocation = ParseCommandLine(arguments);
  EXPECT_TRUE(invocation) << invocation.error().message;
  RecordingConsole console;
  CommandContext context{.console = console,
                         .environment = {},
                         .clock = [] { return std::chrono::steady_clock::time_point{}; },
                         .cancel = {},
                         .first_signal = [] { return 0; },
                         .working_directory = {}};
  EXPECT_EQ(RunGolden(std::get<CommandLine>(*invocation), context, RenderLocally,
                      [](bool, const CancellationToken&) { return AssetSources{}; }),
            0)
      << console.err() << console.out();
  auto parsed = ParseJson(console.out(), "the answer");
  return parsed ? *parsed : nlohmann::json{{"retries", -1}, {"files", -1}};
}

TEST(GoldenDeterminism, ATestCardIsTheSameWhicheverChunkComesFirst) {
  const testing::TemporaryDirectory directory("determinism");
  testing::PutFile(directory / "testcard.json",
                   R"({"width": 64, "height": 36, "fps": 24, "frames": 48, "pattern": "noise"})");
  const nlohmann::json answer = Determinism(directory.path().string(), "4");
  EXPECT_EQ(answer["files"], 6);    // five chunks and the result
  EXPECT_EQ(answer["retries"], 2);  // the second and the fourth run lose a browser
}

TEST(GoldenDeterminism, APageThatCarriesStateSurvivesTheLossOfItsBrowser) {
  const nlohmann::json answer =
      Determinism(std::string(HYPERLOCAL_SOURCE_DIR) + "/tests/pages/stateful-loop", "2");
  EXPECT_EQ(answer["retries"], 1);
}

}  // namespace
}  // namespace hyperlocal::cli
