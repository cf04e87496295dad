#include "orchestrator/testing/case_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace hyperlocal::workflow {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryDirectory;

std::string Lines(const std::vector<std::string>& failures) {
  std::string text;
  for (const std::string& failure : failures) text += failure + "\n";
  return text;
}

// The statements of the reference on steps, variables, calls, errors, retries, HTTP, waiting,
// parallel steps and limits: a case each.
TEST(WorkflowCases, BehaveAsTheReferenceSays) {
  const auto files =
      LoadCases(std::filesystem::path(HYPERLOCAL_SOURCE_DIR) / "orchestrator/run/cases");
  ASSERT_TRUE(files) << files.error().message;
  std::size_t count = 0;
  for (const CaseFile& file : files.value()) {
    for (const CaseResult& result : RunCaseFile(file).cases) {
      ++count;
      EXPECT_TRUE(result.passed()) << file.file.filename() << ": " << result.name << "\n"
                                   << Lines(result.failures);
    }
  }
  EXPECT_GT(count, 120U);
}

class CaseFileTest : public ::testing::Test {
 protected:
  std::filesystem::path Put(const std::string& name, const std::string& text) {
    std::ofstream(directory / name) << text;
    return directory / name;
  }
  // The failures of the one case of a file.
  std::string FailuresOf(const std::string& text) {
    const auto file = LoadCaseFile(Put("case.yaml", text));
    if (!file) return "not loaded: " + file.error().message;
    return Lines(RunCaseFile(file.value()).cases.at(0).failures);
  }

  TemporaryDirectory directory{"cases"};
};

constexpr const char* kFetch = R"(
source: |
  - a: {call: http.post, args: {url: "http://s/", body: {n: 1}}, result: r}
  - b: {call: sys.log, args: {text: hello}}
  - c: {return: "${r.body}"}
responses: [{when: {body: {n: 1}}, answer: {body: 5}}]
)";

TEST_F(CaseFileTest, SaysWhatIsNotAsExpected) {
  EXPECT_EQ(FailuresOf(std::string(kFetch) + "expect: {result: 5}"), "");
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 6}"),
              HasSubstr("the result is\n5\nexpected\n6"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {error: {payload: x}}"),
              HasSubstr("expected an error, but it succeeded with\n5"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, calls: []}"),
              HasSubstr("call 1 was not expected: POST http://s/ {\"n\":1}"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, calls: [{body: {n: 2}}]}"),
              HasSubstr("call 1 is\nPOST http://s/ {\"n\":1}\nexpected\n* * {\"n\":2}"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, calls: [{}, {method: GET}]}"),
              HasSubstr("call 2 was not made: GET * *"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, call_count: 2}"),
              HasSubstr("1 calls were made, expected 2"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, most_at_once: 2}"),
              HasSubstr("1 calls were under way at once, expected 2"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, logs: [bye]}"),
              HasSubstr("the log is"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, seconds: 2}"),
              HasSubstr("it took 0 seconds, expected 2"));
  EXPECT_THAT(FailuresOf(std::string(kFetch) + "expect: {result: 5, steps: 2}"),
              HasSubstr("3 steps were counted, expected 2"));
}

TEST_F(CaseFileTest, SaysThatACallHadNoResponse) {
  EXPECT_THAT(FailuresOf(R"(
source: "- a: {call: http.get, args: {url: \"http://s/\"}}"
expect: {error: {payload: {tags: [ConnectionFailedError]}}}
)"),
              HasSubstr("no scripted response matches the call GET http://s/"));
}

TEST_F(CaseFileTest, SaysThatAnExecutionNeverEnds) {
  // A callback is waited for twelve hours; the error is the time-out's, not a hang.
  EXPECT_THAT(FailuresOf(R"(
source: |
  - a: {call: events.create_callback_endpoint, result: d}
  - b: {call: events.await_callback, args: {callback: "${d}"}}
expect: {result: 1}
)"),
              HasSubstr("expected a result, but it failed: no callback was received"));
}

TEST_F(CaseFileTest, RefusesFilesByNameOfWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"source: '- a: {return: 1}'", "has no expect: it could not fail"},
      {"expect: {result: 1}", "has neither definition nor source"},
      {"source: '- a: {return: 1}'\nexpect: {reslt: 1}", "unknown entry reslt"},
      {"source: '- a: {return: 1}'\nexpect: {}", "needs one of result and error"},
      {"source: '- a: {return: 1}'\nexpect: {result: 1, error: {payload: 1}}",
       "needs one of result and error"},
      {"source: '- a: {return: 1}'\nexpect: {result: 1}\nresponses: [{when: {}}]",
       "responses[0] needs answer or answers"},
      {"source: '- a: {return: 1}'\nexpect: {result: 1}\nresponses: [{answer: {fails: maybe}}]",
       "fails must be refused, broken, timeout or too_large; got: maybe"},
      {"source: '- a: {retrun: 1}'\nexpect: {result: 1}", "retrun"},
      {"definition: absent.yaml\nexpect: {result: 1}", "absent.yaml cannot be read"},
      {"cases: []", "has no cases"},
      {"cases: 1", "cases must be a list; got: integer"},
      {"a: [", "is not YAML"},
      {"- list", "must be a map; got: list"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(FailuresOf(text), HasSubstr(message)) << text;
  }
}

TEST_F(CaseFileTest, ReadsADirectoryAndPassesDefinitionsOver) {
  Put("workflow.yaml", "- a: {return: 1}\n");
  Put("b.yaml", "definition: workflow.yaml\nexpect: {result: 1}\n");
  Put("a.json", R"({"definition": "workflow.yaml", "cases": [
    {"name": "one", "expect": {"result": 1}}, {"expect": {"result": 2}}]})");
  Put("notes.txt", "no case");
  const auto files = LoadCases(directory.path());
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 2U);
  const CaseFileResult first = RunCaseFile(files.value()[0]);
  EXPECT_EQ(first.cases[0].name, "one");
  EXPECT_TRUE(first.cases[0].passed());
  EXPECT_EQ(first.cases[1].name, "number 2");
  EXPECT_FALSE(first.cases[1].passed());
  EXPECT_EQ(LoadCases(directory / "absent").error().code, ErrorCode::kNoInput);
}

TEST(JUnitReport, HoldsFailuresAndEscapes) {
  CaseResult good;
  good.name = "good <case>";
  good.state = ExecutionState::kSucceeded;
  CaseResult bad;
  bad.name = "bad";
  bad.failures = {"first line & more\nsecond \"line\"\x01"};
  const std::string xml = JUnitReport({{.file = "cases.yaml", .cases = {good, bad}}});
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"cases.yaml\" tests=\"2\" failures=\"1\""));
  EXPECT_THAT(xml, HasSubstr("name=\"good &lt;case&gt;\""));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"first line &amp; more\">first line &amp; "
                             "more&#10;second &quot;line&quot;?</failure>"));
}

}  // namespace
}  // namespace hyperlocal::workflow
