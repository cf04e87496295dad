#include <gtest/gtest.h>

#include <string>

#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using testing::JsonReply;
using testing::WorkflowRun;

constexpr const char* kFour = R"(
- start: {assign: [l: [0, 0, 0, 0]]}
- p:
    parallel:
      shared: [l]
      concurrency_limit: 2
      for:
        value: i
        in: [0, 1, 2, 3]
        steps:
        - g: {call: http.get, args: {url: "${\"http://s/\" + i}"}, result: r}
        - s: {assign: ["l[i]": "${r.body}"]}
- r: {return: "${l}"}
)";

std::string UrlOf(const Effect& effect) {
  return std::get<HttpRequest>(effect.what).url;
}

// The next iteration begins when a place is free, whichever ends first.
TEST(Parallel, APlaceThatBecomesFreeIsTaken) {
  WorkflowRun run(kFour);
  run.Tell(Started{});
  ASSERT_EQ(run.effects.size(), 2U);
  EXPECT_EQ(UrlOf(run.effects[0]), "http://s/0");
  EXPECT_EQ(UrlOf(run.effects[1]), "http://s/1");
  run.Tell(HttpAnswered{run.effects[1].id, JsonReply(200, "10")});
  ASSERT_EQ(run.effects.size(), 3U);
  EXPECT_EQ(UrlOf(run.effects[2]), "http://s/2");
  run.Tell(HttpAnswered{run.effects[2].id, JsonReply(200, "20")});
  run.Tell(HttpAnswered{run.effects[3].id, JsonReply(200, "30")});
  EXPECT_EQ(run.execution.state(), ExecutionState::kActive);
  run.Tell(HttpAnswered{run.effects[0].id, JsonReply(200, "0")});
  EXPECT_EQ(run.Outcome(), "SUCCEEDED [0,10,20,30]");
}

TEST(Parallel, ALimitThatIsExceededInABranchEndsEverything) {
  WorkflowRun run(R"(
- p:
    parallel:
      branches:
      - waits: {steps: [{w: {call: sys.sleep, args: {seconds: 100}}}]}
      - loops:
          steps:
          - again: {assign: [x: 1], next: again}
)");
  run.Tell(Started{});
  EXPECT_EQ(run.execution.state(), ExecutionState::kFailed);
  EXPECT_TRUE(run.execution.PendingEffects().empty());
}

TEST(Parallel, WritesAreSeenByTheOthersAtOnce) {
  WorkflowRun run(R"(
- start: {assign: [x: before, seen: null]}
- p:
    parallel:
      shared: [x, seen]
      branches:
      - reader:
          steps:
          - w: {call: sys.sleep, args: {seconds: 2}}
          - s: {assign: [seen: "${x}"]}
      - writer:
          steps:
          - v: {call: sys.sleep, args: {seconds: 1}}
          - t: {assign: [x: after]}
          - u: {call: sys.sleep, args: {seconds: 5}}
- r: {return: "${seen}"}
)");
  run.ToEnd();
  EXPECT_EQ(run.Outcome(), "SUCCEEDED \"after\"");
}

TEST(Parallel, SamePathsGiveTheSameEffectsEveryTime) {
  const auto trace = [] {
    WorkflowRun run(kFour);
    run.server = [](const HttpRequest& request) {
      return JsonReply(200, request.url.substr(request.url.size() - 1));
    };
    run.ToEnd();
    std::string all = run.Outcome();
    for (const HttpRequest& request : run.requests) all += "\n" + request.url;
    return all + run.execution.Serialize();
  };
  EXPECT_EQ(trace(), trace());
}

}  // namespace
}  // namespace hyperlocal::workflow
