#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "orchestrator/check/library_function.h"
#include "orchestrator/stdlib/library.h"
#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using testing::Json;
using testing::WorkflowRun;

struct ExpressionCase {
  std::string section;
  int line = 0;
  std::string expression;
  std::string expected;
};

std::vector<ExpressionCase> ReadCases() {
  const auto file =
      std::filesystem::path(HYPERLOCAL_SOURCE_DIR) / "orchestrator/stdlib/cases/expressions.txt";
  std::ifstream in(file);
  std::vector<ExpressionCase> cases;
  std::string section;
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    if (text.starts_with("## ")) section = text.substr(3);
    if (text.empty() || text.starts_with("#")) continue;
    const std::size_t arrow = text.find(" => ");
    cases.push_back({.section = section,
                     .line = line,
                     .expression = text.substr(0, arrow),
                     .expected = arrow == std::string::npos ? "" : text.substr(arrow + 4)});
  }
  return cases;
}

// A definition that returns the expression, with the variables that the file promises.
std::string DefinitionOf(const std::string& expression) {
  return R"([{"variables": {"assign": [{"i": 7}, {"f": 2.5}, {"s": "text"}, {"l": [10, 20, 30]},
      {"m": {"a": 1, "b": {"c": [5]}, "n": null}}, {"t": true}, {"none": null},
      {"raw": "${text.encode(\"hi\")}"},
      {"unused": "${[i, f, s, l, m, t, none]}"}]}},
    {"result": {"return": )" +
         JsonString("${" + expression + "}") + "}}]";
}

// Read from a file rather than written as C++: a line is a statement of the reference.
TEST(ExpressionCases, GiveWhatTheReferenceSays) {
  const std::vector<ExpressionCase> cases = ReadCases();
  ASSERT_GT(cases.size(), 250U);
  for (const ExpressionCase& one : cases) {
    SCOPED_TRACE("expressions.txt:" + std::to_string(one.line) + " (" + one.section +
                 "): " + one.expression);
    ExecutionOptions options;
    options.environment["GOOGLE_CLOUD_LOCATION"] = "here";
    WorkflowRun run(DefinitionOf(one.expression), Value(), std::move(options));
    run.ToEnd();
    if (one.expected.starts_with('!')) {
      const std::size_t space = one.expected.find(' ');
      const std::string tag =
          one.expected.substr(1, space == std::string::npos ? space : space - 1);
      ASSERT_EQ(run.execution.state(), ExecutionState::kFailed) << run.Outcome();
      const Value& payload = run.execution.failure().payload;
      ASSERT_TRUE(payload.is_map()) << run.Outcome();
      EXPECT_EQ(payload.map().Find("tags")->list()[0], Value(tag)) << run.Outcome();
      if (space != std::string::npos) {
        const std::string& message = payload.map().Find("message")->string();
        EXPECT_NE(message.find(one.expected.substr(space + 1)), std::string::npos) << message;
      }
    } else {
      const Value expected = Json(one.expected);
      EXPECT_EQ(run.Outcome(), "SUCCEEDED " + testing::Text(expected));
    }
  }
}

TEST(Library, EveryFunctionThatDoesNotWaitIsComputed) {
  const auto table = LibraryFunctions();
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    if (table[i].kind == LibraryKind::kPolicy) continue;
    const bool of_the_interpreter =
        table[i].blocking || table[i].name == "events.create_callback_endpoint";
    EXPECT_EQ(IsComputed(i), !of_the_interpreter) << table[i].name;
  }
}

TEST(Library, UuidsOfASeedAreTheSame) {
  std::uint64_t a = 1;
  std::uint64_t b = 1;
  EXPECT_EQ(NextUuid(a), NextUuid(b));
  EXPECT_NE(NextUuid(a), NextUuid(a));
}

}  // namespace
}  // namespace hyperlocal::workflow
