#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "orchestrator/check/check_definition.h"

// The tables in cases/: every case is a definition, from the line after "#= its name" on, with
// "#! line:column severity step: message" lines behind it, one for every problem that must be
// found, and no others. HYPERLOCAL_ACCEPT=1 rewrites those lines, and the tests count as skipped.
namespace hyperlocal::workflow {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name;
  std::string source;
  std::vector<std::string> expected;
};

std::vector<Case> ReadCases(const fs::path& file) {
  std::vector<Case> cases;
  std::ifstream in(file, std::ios::binary);
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("#= ")) {
      cases.push_back({line.substr(3), {}, {}});
    } else if (cases.empty()) {
      ADD_FAILURE() << file << " begins without a case";
      return cases;
    } else if (line.starts_with("#! ")) {
      cases.back().expected.push_back(line.substr(3));
    } else {
      cases.back().source += line + "\n";
    }
  }
  return cases;
}

std::string Line(const Problem& problem) {
  std::ostringstream out;
  out << problem.span.line << ':' << problem.span.column
      << (problem.severity == Severity::kError ? " error" : " warning");
  if (!problem.step.empty()) out << ' ' << problem.step;
  out << ": " << problem.message;
  return out.str();
}

// What a caller knows of the service, for the cases in answers.yaml.
CheckOptions OptionsFor(const fs::path& file) {
  CheckOptions options;
  if (file.stem() != "answers") return options;
  options.answers = {{"Action", "plan", {"Action", "ChunkCount", "Fps"}, 400},
                     {"Action", "renderChunk", {"Action", "Sha256"}, 1500}};
  options.forwarded = {"ServiceUrl", "Config", "Config.cfr"};
  options.iterations = 400;
  return options;
}

class CheckCases : public ::testing::TestWithParam<std::string> {};

TEST_P(CheckCases, FindExactlyTheProblemsOfTheTable) {
  const fs::path file = fs::path(HYPERLOCAL_CASES_DIR) / (GetParam() + ".yaml");
  const std::vector<Case> cases = ReadCases(file);
  ASSERT_FALSE(cases.empty()) << file;
  const char* const accept = std::getenv("HYPERLOCAL_ACCEPT");
  std::string rewritten;
  for (const Case& one : cases) {
    const CheckOutcome outcome = CheckDefinition(one.source, "workflow.yaml", OptionsFor(file));
    std::vector<std::string> found;
    for (const Problem& problem : outcome.problems) found.push_back(Line(problem));
    rewritten += "#= " + one.name + "\n" + one.source;
    for (const std::string& line : found) rewritten += "#! " + line + "\n";
    if (accept != nullptr) continue;
    EXPECT_EQ(found, one.expected) << file << ": " << one.name;
    const bool refused = std::any_of(found.begin(), found.end(), [](const std::string& line) {
      return line.find(" error") != std::string::npos;
    });
    EXPECT_EQ(outcome.definition == nullptr, refused || HasErrors(outcome.problems)) << one.name;
  }
  if (accept != nullptr) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << rewritten;
    GTEST_SKIP() << "wrote " << file;
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, CheckCases,
                         ::testing::Values("answers", "calls", "control_flow", "expressions",
                                           "parallel", "planted", "structure", "variables",
                                           "warnings", "yaml"),
                         [](const auto& test) { return test.param; });

TEST(CheckCasesFolder, HasNoTableThatNobodyRuns) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(HYPERLOCAL_CASES_DIR)) {
    if (entry.path().extension() == ".yaml") ++files;
  }
  EXPECT_EQ(files, 10U);
}

}  // namespace
}  // namespace hyperlocal::workflow
