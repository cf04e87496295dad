#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "orchestrator/run/execution.h"
#include "orchestrator/syntax/definition.h"
#include "orchestrator/testing/scripted_http_caller.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// A request that comes to the execution's callback endpoint: to one that is waited for, or else to
// the first one.
struct ScriptedCallback {
  std::chrono::milliseconds after{0};  // from the start
  std::string method = "POST";
  std::string query;
  std::optional<Value> body;  // sent as JSON
};

// What must come out of a case. What is absent is not looked at.
struct Expectation {
  std::optional<Value> result;         // equal
  std::optional<Value> error_payload;  // a map must be contained, everything else equal
  std::optional<std::string> error_context;
  std::optional<std::vector<CallPattern>> calls;  // all of them, in order
  std::optional<std::vector<Value>> logs;         // the payloads of sys.log, in order
  std::optional<std::int64_t> call_count;
  std::optional<std::int64_t> most_at_once;  // calls that wait for their answer together
  std::optional<std::int64_t> steps;         // counted against the limit
  std::optional<double> seconds;             // from start to end, in the workflow's time
};

struct WorkflowCase {
  std::string name;
  std::shared_ptr<const Definition> definition;
  Value argument;
  std::map<std::string, std::string> environment;
  struct Response {
    CallPattern when;
    std::vector<ScriptedAnswer> answers;
  };
  std::vector<Response> responses;
  std::vector<ScriptedCallback> callbacks;
  Expectation expect;
};

struct CaseFile {
  std::filesystem::path file;
  std::vector<WorkflowCase> cases;
};

// Reads a file of cases, YAML or JSON:
//
//   definition: workflow.yaml      # beside this file; or `source: |` with the definition itself
//   cases:
//   - name: the plan is made once more after a 503
//     argument: {ServiceUrl: "http://service"}
//     environment: {GOOGLE_CLOUD_LOCATION: here}
//     responses:
//     - when: {method: POST, url: "http://service*", body: {Action: plan}}
//       answers:
//       - {code: 503}
//       - {code: 200, body: {ChunkCount: 2}, headers: {}, after: 1.5}
//       - {fails: timeout}         # or refused, broken, too_large
//     callbacks:
//     - {after: 5, method: POST, query: "a=1", body: {approved: true}}
//     expect:
//       result: 2                  # or error: {payload: …, context: …}
//       calls: [{method: POST, body: {Action: plan}}]
//       call_count: 3
//       most_at_once: 20
//       logs: [started]
//       steps: 5
//       seconds: 2.5
//
// A file without `cases` is one case, named after the file. `definition` and `source` may also
// stand in a case; `definition` is for those that name none. Bodies go out as JSON; a `text`
// instead of `body` as text/plain. Errors: kNoInput, kIo; kInvalidWorkflow naming the file, the
// case and what is wrong with it, also for a definition that does not pass the checks.
Result<CaseFile> LoadCaseFile(const std::filesystem::path& file,
                              const std::shared_ptr<const Definition>& definition = nullptr);

// All files in a directory (those ending in .yaml, .yml and .json, sorted by name, without going
// into directories), or the one file. A definition is not a file of cases: files without `cases`,
// `expect` and `responses` are passed over when a directory is read.
Result<std::vector<CaseFile>> LoadCases(
    const std::filesystem::path& path,
    const std::shared_ptr<const Definition>& definition = nullptr);

}  // namespace hyperlocal::workflow
