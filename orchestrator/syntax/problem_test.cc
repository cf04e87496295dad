#include "orchestrator/syntax/problem.h"

#include <gtest/gtest.h>

namespace hyperlocal::workflow {
namespace {

TEST(Problem, IsToldAsADeploymentTellsIt) {
  EXPECT_EQ(DeploymentMessage({.message = "no such thing", .step = "init", .span = {}}),
            "failed to build: error in step init: no such thing");
  EXPECT_EQ(DeploymentMessage({.message = "no such thing", .step = {}, .span = {}}),
            "failed to build: no such thing");
}

TEST(Problem, ShowsItsLineWithACaret) {
  const std::string source = "a: 1\n\tb: \xC3\xA9t\xC3\xA9 x\n";
  const Problem problem{.severity = Severity::kWarning,
                        .message = "why",
                        .step = "init",
                        .span = {.line = 2, .column = 5, .length = 3, .offset = 9}};
  EXPECT_EQ(DescribeProblem(problem, "w.yaml", source),
            "w.yaml:2:5: warning in step init: why\n"
            " 2 | \tb: \xC3\xA9t\xC3\xA9 x\n"
            "   | \t   ^~~\n");
}

TEST(Problem, NeverMarksBeyondTheEndOfTheLine) {
  const Problem problem{
      .message = "why", .step = {}, .span = {.line = 1, .column = 3, .length = 90, .offset = 2}};
  EXPECT_EQ(DescribeProblem(problem, "w", "abcd\nef"), "w:1:3: error: why\n 1 | abcd\n   |   ^~\n");
  const Problem beyond{
      .message = "why", .step = {}, .span = {.line = 1, .column = 9, .length = 2, .offset = 9}};
  EXPECT_EQ(DescribeProblem(beyond, "w", "abcd"), "w:1:9: error: why\n 1 | abcd\n   |     ^\n");
}

TEST(Problem, CutsALongLineAroundThePlace) {
  const std::string source = std::string(300, 'a') + "b" + std::string(300, 'c');
  const Problem problem{
      .message = "why", .step = {}, .span = {.line = 1, .column = 301, .length = 1, .offset = 300}};
  EXPECT_EQ(DescribeProblem(problem, "w", source),
            "w:1:301: error: why\n 1 | ..." + std::string(80, 'a') + "b" + std::string(39, 'c') +
                "...\n   |    " + std::string(80, ' ') + "^\n");
}

TEST(Problem, WithoutAPlaceShowsNoLine) {
  EXPECT_EQ(DescribeProblem({.message = "too long", .step = {}, .span = {}}, "w", "a"),
            "w: error: too long\n");
}

TEST(Problem, SortsByPlaceAndErrorsFirst) {
  std::vector<Problem> problems{
      {Severity::kWarning, "b", {}, {2, 1, 1, 10}},
      {Severity::kError, "c", {}, {2, 1, 1, 10}},
      {Severity::kError, "a", {}, {1, 1, 1, 0}},
  };
  SortProblems(problems);
  EXPECT_EQ(problems[0].message + problems[1].message + problems[2].message, "acb");
  EXPECT_TRUE(HasErrors(problems));
  problems.erase(problems.begin(), problems.begin() + 2);
  EXPECT_FALSE(HasErrors(problems));
}

}  // namespace
}  // namespace hyperlocal::workflow
