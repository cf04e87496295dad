#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/run/execution.h"
#include "orchestrator/testing/case_file.h"

namespace hyperlocal::workflow {

// What became of a case.
struct CaseResult {
  std::string name;
  // What was not as expected, a line or more each. Empty: it passed.
  std::vector<std::string> failures;
  ExecutionState state = ExecutionState::kActive;
  std::string outcome;                // the result or the error's payload as JSON
  std::chrono::milliseconds took{0};  // of the workflow's time
  std::chrono::milliseconds really_took{0};
  std::vector<std::string> calls;  // "POST http://service {…}", for a report

  bool passed() const { return failures.empty(); }
};

struct CaseFileResult {
  std::string file;
  std::vector<CaseResult> cases;
};

// Runs a case with scripted answers in a time that jumps. The execution is also written down and
// read again after every event, so that a case that passes here also passes across a restart.
CaseResult RunCase(const WorkflowCase& one);
CaseFileResult RunCaseFile(const CaseFile& file);

// One <testsuite> a file, one <testcase> a case.
std::string JUnitReport(const std::vector<CaseFileResult>& results);

}  // namespace hyperlocal::workflow
