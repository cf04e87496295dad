#include "cli/workflow_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/recording_console_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::json;

constexpr std::string_view kSum = R"(main:
  params: [args]
  steps:
    - init: {assign: [{total: 0}]}
    - loop:
        for:
          value: i
          range: [1, "${args.n}"]
          steps:
            - add: {assign: [{total: "${total + i}"}]}
    - wait: {call: sys.sleep, args: {seconds: 86400}}
    - done: {return: "${total}"}
)";

class WorkflowCommandTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "workflow");
    console_ = std::make_unique<RecordingConsole>();
    CommandContext context{
        *console_,           Environment(),    [] { return std::chrono::steady_clock::now(); },
        CancellationToken(), [] { return 0; }, "/"};
    const auto invocation = ParseCommandLine(arguments);
    if (!invocation) {
      ADD_FAILURE() << invocation.error().message;
      return -1;
    }
    return RunWorkflow(std::get<CommandLine>(*invocation), context);
  }
  std::string Put(const std::string& name, std::string_view bytes) const {
    testing::PutFile(directory_ / name, bytes);
    return (directory_ / name).string();
  }
  std::string out() const { return console_->out(); }
  std::string err() const { return console_->err(); }

  std::unique_ptr<RecordingConsole> console_;
  testing::TemporaryDirectory directory_{"workflow-command"};
};

TEST_F(WorkflowCommandTest, ADaysSleepTakesNoTime) {
  const std::string file = Put("w.yaml", kSum);
  const std::string trace = (directory_ / "trace.json").string();
  EXPECT_EQ(Run({"run", file, "--args", R"({"n":4})", "--virtual-time", "--trace", trace}), 0);
  EXPECT_EQ(out(), "{\"state\":\"SUCCEEDED\",\"result\":10}\n");
  const json events = json::parse(testing::FileContent(trace))["traceEvents"];
  const auto wait = std::find_if(events.begin(), events.end(),
                                 [](const json& event) { return event["name"] == "wait"; });
  ASSERT_NE(wait, events.end());
  EXPECT_EQ((*wait)["dur"], 86'400'000'000);
  EXPECT_EQ((*wait)["args"]["line"], 11);
}

TEST_F(WorkflowCommandTest, AFailedRunIsStatus1AndSaysWhere) {
  const std::string file = Put("w.yaml", kSum);
  for (const bool as_document : {false, true}) {
    std::vector<std::string> arguments{"run", file, "--args", Put("in.json", "{}")};
    if (as_document) arguments.push_back("--json");
    EXPECT_EQ(Run(arguments), 1);
    const json answer = json::parse(out());
    EXPECT_EQ(answer["state"], "FAILED");
    EXPECT_EQ(answer["error"]["payload"]["tags"][0], "KeyError");
    EXPECT_EQ(answer["error"]["stackTrace"]["elements"][0]["step"], "loop");
    EXPECT_NE(err().find("in step \"loop\""), std::string::npos) << err();
  }
}

TEST_F(WorkflowCommandTest, WhatWouldNotBeDeployedIsStatus65WithEveryPlace) {
  const std::string file = Put("w.yaml", "main:\n  steps:\n  - a: {return: \"${x + y}\"}\n");
  EXPECT_EQ(Run({"check", file}), 65);
  EXPECT_NE(out().find("w.yaml:3:20: error in step a"), std::string::npos) << out();
  EXPECT_NE(out().find("w.yaml: 2 errors\n"), std::string::npos) << out();
  EXPECT_EQ(Run({"check", file, "--json"}), 65);
  const json document = json::parse(out());
  EXPECT_EQ(document["ok"], false);
  EXPECT_EQ(document["problems"].size(), 2U);
  EXPECT_EQ(document["problems"][1]["line"], 3);
  EXPECT_EQ(Run({"run", file}), 65);
  EXPECT_EQ(out(), "");
  EXPECT_NE(err().find("hyperlocal workflow check"), std::string::npos) << err();
}

TEST_F(WorkflowCommandTest, CasesPassOrFailByName) {
  const std::string file = Put("w.yaml", kSum);
  const std::string cases = Put("c.yaml", R"(cases:
- name: sums
  argument: {n: 3}
  expect: {result: 6, seconds: 86400}
- name: wrong on purpose
  argument: {n: 3}
  expect: {result: 7}
)");
  const std::string report = (directory_ / "r.xml").string();
  EXPECT_EQ(Run({"test", file, "--cases", cases, "--junit", report}), 1);
  EXPECT_NE(out().find("c.yaml: sums\n"), std::string::npos) << out();
  EXPECT_NE(out().find("1 passed, 1 failed\n"), std::string::npos) << out();
  EXPECT_NE(testing::FileContent(report).find("wrong on purpose"), std::string::npos);
  EXPECT_EQ(Run({"test", file}), 64);
}

TEST_F(WorkflowCommandTest, WrongUseIsNamed) {
  const std::string file = Put("w.yaml", kSum);
  EXPECT_EQ(Run({"run", file, "--args", "{n"}), 64);
  EXPECT_NE(err().find("--args"), std::string::npos) << err();
  EXPECT_EQ(Run({"check", (directory_ / "none.yaml").string()}), 66);
  EXPECT_EQ(Run({"check", file, "--iterations", "0"}), 64);
  EXPECT_EQ(Run({"graph", file, "--format", "dot"}), 0);
  EXPECT_EQ(out().substr(0, 7), "digraph");
}

}  // namespace
}  // namespace hyperlocal::cli
