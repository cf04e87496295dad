#include "orchestrator/run/execution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using ::testing::HasSubstr;
using testing::Json;
using testing::JsonReply;
using testing::ProgramOf;
using testing::WorkflowRun;

constexpr const char* kTwoCalls = R"(
- a: {call: http.get, args: {url: "http://service/1"}, result: a}
- b: {call: http.get, args: {url: "http://service/2"}, result: b}
- c: {return: "${a.body + b.body}"}
)";

TEST(Execution, WaitsForTheAnswerOfACall) {
  WorkflowRun run(kTwoCalls);
  run.Tell(Started{});
  ASSERT_EQ(run.effects.size(), 1U);
  EXPECT_EQ(std::get<HttpRequest>(run.effects[0].what).url, "http://service/1");
  EXPECT_EQ(run.execution.state(), ExecutionState::kActive);
  EXPECT_EQ(run.execution.PendingEffects(), run.effects);
  ASSERT_EQ(run.execution.CurrentSteps().size(), 1U);
  EXPECT_EQ(run.execution.CurrentSteps()[0].step, "a");
}

TEST(Execution, AnswersThatNobodyWaitsForChangeNothing) {
  WorkflowRun run(kTwoCalls);
  run.Tell(Started{});
  const std::uint64_t first = run.effects[0].id;
  run.effects.clear();
  run.Tell(HttpAnswered{first, JsonReply(200, "1")});
  const std::string before = run.execution.Serialize();
  run.Tell(HttpAnswered{first, JsonReply(200, "5")});
  run.Tell(TimeCame{99});
  run.Tell(CallbackReceived{"no such", Value()});
  run.Tell(Started{});
  EXPECT_EQ(run.execution.Serialize(), before);
  run.Tell(HttpAnswered{run.effects[0].id, JsonReply(200, "2")});
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 3");
  run.Tell(Cancelled{});
  EXPECT_EQ(run.Outcome(), "SUCCEEDED 3");
}

TEST(Execution, IsOverWhenCancelled) {
  WorkflowRun run(kTwoCalls);
  run.Tell(Started{});
  run.Tell(Cancelled{});
  EXPECT_EQ(run.execution.state(), ExecutionState::kCancelled);
  EXPECT_TRUE(run.execution.PendingEffects().empty());
  EXPECT_TRUE(run.execution.CurrentSteps().empty());
}

TEST(Execution, GoesOnAfterItWasWrittenDown) {
  const auto program = ProgramOf(kTwoCalls);
  Execution execution = Execution::Begin(program, Value());
  Progress progress = Advance(execution, {testing::kWorkflowStart, Started{}});
  Execution read = Execution::Deserialize(program, execution.Serialize()).value();
  EXPECT_EQ(read.PendingEffects(), progress.effects);
  progress = Advance(
      read, {testing::kWorkflowStart, HttpAnswered{progress.effects[0].id, JsonReply(200, "1")}});
  Execution again = Execution::Deserialize(program, read.Serialize()).value();
  progress = Advance(
      again, {testing::kWorkflowStart, HttpAnswered{progress.effects[0].id, JsonReply(200, "2")}});
  EXPECT_EQ(again.result(), Value(3));
  EXPECT_EQ(Execution::Deserialize(program, again.Serialize())->result(), Value(3));
}

TEST(Execution, RefusesAnotherDefinitionAndDamage) {
  const auto program = ProgramOf(kTwoCalls);
  Execution execution = Execution::Begin(program, Value());
  Advance(execution, {testing::kWorkflowStart, Started{}});
  const std::string bytes = execution.Serialize();
  const auto other = Execution::Deserialize(ProgramOf("- a: {return: 1}"), bytes);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kConflict);
  EXPECT_THAT(other.error().message, HasSubstr("another revision of the workflow"));
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    const auto read = Execution::Deserialize(program, damaged);
    ASSERT_FALSE(read) << i;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArchive) << i;
    EXPECT_FALSE(Execution::Deserialize(program, bytes.substr(0, i))) << i;
  }
}

TEST(Execution, FailsWithPositionsAsTheServiceGivesThem) {
  WorkflowRun run(R"(main:
  steps:
  - fetch:
      call: http.get
      args:
        url: http://service/
)");
  run.ToEnd();
  const ExecutionFailure& failure = run.execution.failure();
  ASSERT_EQ(failure.trace.size(), 1U);
  // Of the key `call`.
  EXPECT_EQ(failure.trace[0].step, "fetch");
  EXPECT_EQ(failure.trace[0].routine, "main");
  EXPECT_EQ(failure.trace[0].position.line, 4U);
  EXPECT_EQ(failure.trace[0].position.column, 7U);
  EXPECT_EQ(failure.trace[0].position.length, 4U);
}

TEST(Execution, AnExpressionsErrorIsAtTheWholeExpression) {
  WorkflowRun run(R"(main:
  params: [input]
  steps:
  - check:
      switch:
        - condition: ${"searchTerm" in input}
          next: end
)");
  run.ToEnd();
  const ExecutionFailure& failure = run.execution.failure();
  ASSERT_EQ(failure.trace.size(), 1U);
  EXPECT_EQ(failure.trace[0].position.line, 6U);
  EXPECT_EQ(failure.trace[0].position.column, 22U);
  EXPECT_EQ(failure.trace[0].position.length, 24U);
}

TEST(Execution, CountsTheMemoryOfItsVariables) {
  WorkflowRun run(R"(
- a: {assign: [x: abc, l: [1, 2]]}
- w: {call: sys.sleep, args: {seconds: 1}}
- b: {assign: ["l[0]": abc, x: null]}
- v: {call: sys.sleep, args: {seconds: 1}}
)");
  run.Tell(Started{});
  EXPECT_EQ(run.execution.variable_bytes(), 11U + 24U);
  ASSERT_TRUE(run.Step());
  EXPECT_EQ(run.execution.variable_bytes(), 8U + 27U);
  run.Continue();
  EXPECT_EQ(run.execution.variable_bytes(), 0U);
}

// Values nest a level deeper in every step; unchecked, freeing them would overflow the C++ stack.
TEST(Execution, ValuesDoNotNestWithoutEnd) {
  WorkflowRun run(R"(
- a: {assign: [x: []]}
- b: {assign: [x: "${[x]}"], next: b}
)");
  run.ToEnd();
  EXPECT_EQ(run.execution.state(), ExecutionState::kFailed);
  EXPECT_THAT(run.Outcome(), HasSubstr("nested deeper than 500"));
}

TEST(Execution, ATooLargeArgumentFailsAtOnce) {
  WorkflowRun run(R"(
main:
  params: [input]
  steps:
  - a: {return: "${len(input)}"}
)",
                  Value(std::string(300 * 1024, 'x')));
  run.ToEnd();
  EXPECT_THAT(run.Outcome(), HasSubstr("FAILED"));
  EXPECT_THAT(run.Outcome(), HasSubstr("ResourceLimitError"));
}

TEST(Execution, TellsItsCallbacks) {
  WorkflowRun run(R"(
- a: {call: events.create_callback_endpoint, args: {http_callback_method: GET}, result: d}
- b: {call: events.await_callback, args: {callback: "${d}"}, result: r}
- c: {return: "${[d.url, r]}"}
)");
  run.Tell(Started{});
  ASSERT_EQ(run.execution.Callbacks().size(), 1U);
  const Execution::Callback callback = run.execution.Callbacks()[0];
  EXPECT_EQ(callback.method, "GET");
  EXPECT_TRUE(callback.awaited);
  run.Tell(CallbackReceived{callback.id, Value("request")});
  EXPECT_EQ(run.Outcome(),
            "SUCCEEDED [\"http://127.0.0.1/callbacks/" + callback.id + "\",\"request\"]");
}

TEST(Execution, ConnectorsGetTheirArgumentsByName) {
  WorkflowRun run(R"(
- a:
    call: googleapis.storage.v1.objects.get
    args: {bucket: b, object: "${\"o\" + 1}"}
    result: r
- e:
    call: experimental.executions.run
    args: {workflow_id: w, argument: {k: 1}}
    result: s
- c: {return: "${[r, s]}"}
)");
  run.Tell(Started{});
  const ConnectorCall call = std::get<ConnectorCall>(run.effects[0].what);
  EXPECT_EQ(call.name, "googleapis.storage.v1.objects.get");
  EXPECT_EQ(call.arguments, Json(R"({"bucket": "b", "object": "o1"})"));
  run.Tell(ConnectorAnswered{run.effects[0].id, Value(1)});
  EXPECT_EQ(std::get<ConnectorCall>(run.effects[1].what).arguments,
            Json(R"({"workflow_id": "w", "argument": {"k": 1}})"));
  run.Tell(ConnectorAnswered{run.effects[1].id, Value(2)});
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [1,2]");
}

}  // namespace
}  // namespace hyperlocal::workflow
