// The published render definition (npm package @hyperframes/gcp-cloud-run), run as it is against
// scripted answers of the render service. The package is installed beside the tests of the peers
// (npm ci --prefix tests/peers) and is no part of this project; without it there is nothing to run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "orchestrator/run/driver.h"
#include "orchestrator/testing/scripted_http_caller.h"
#include "orchestrator/testing/virtual_clock.h"
#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using ::testing::HasSubstr;
using testing::Json;
using testing::JsonReply;

constexpr const char* kService = "http://127.0.0.1:8080";

std::optional<std::string> PublishedDefinition() {
  const auto file = std::filesystem::path(HYPERLOCAL_SOURCE_DIR) /
                    "tests/peers/node_modules/@hyperframes/gcp-cloud-run/terraform/workflow.yaml";
  std::ifstream in(file);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Value With(Value map, const char* key, Value value) {
  map.MutableMap().Set(key, std::move(value));
  return map;
}

class RenderDefinitionTest : public ::testing::Test, public ExecutionListener {
 protected:
  void SetUp() override {
    definition_ = PublishedDefinition();
    if (!definition_) {
      GTEST_SKIP() << "the published definition is not installed: npm ci --prefix tests/peers";
    }
  }

  void OnChanged(const std::string& /*id*/, const Execution& execution) override {
    last_ = execution;
  }

  // The service's answers to one of the three actions.
  void Answers(const char* action, std::vector<ScriptedAnswer> answers, const char* more = "{}") {
    Value body = Json(more);
    body.MutableMap().Set("Action", Value(action));
    http_.Add({.method = "POST", .url = kService, .headers = {}, .body = std::move(body)},
              std::move(answers));
  }
  static ScriptedAnswer Answer(std::string body, int status = 200,
                               std::chrono::seconds after = std::chrono::seconds(1)) {
    return {.outcome = JsonReply(status, std::move(body)), .after = after};
  }
  static std::string PlanV1(int chunks) {
    return R"({"PlanGcsUri": "gs://b/plan.tar.gz", "PlanHash": "h", "Format": "mp4",
               "AudioGcsUri": null, "TotalFrames": 90, "DurationMs": 5, "ChunkCount": )" +
           std::to_string(chunks) + "}";
  }
  static std::string PlanV2(int chunks) {
    return R"({"PlanProtocol": "v2", "PlanV2ManifestGcsUri": "gs://b/plan/manifest.json",
               "PlanV2ArtifactGcsPrefix": "gs://b/plan/", "PlanHash": "h", "Format": "mp4",
               "TotalFrames": 90, "DurationMs": 5, "ChunkCount": )" +
           std::to_string(chunks) + "}";
  }
  void AnswerChunks(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      Answers("renderChunk",
              {Answer("{\"ChunkGcsUri\": \"gs://b/chunks/" + n + "\", \"FramesEncoded\": 30}")},
              ("{\"ChunkIndex\": " + n + "}").c_str());
    }
  }
  void AnswerAssemble() {
    Answers("assemble", {Answer(R"({"OutputGcsUri": "gs://b/out.mp4", "FileSize": 7})")});
  }

  static Value Argument(const char* protocol = nullptr) {
    Value argument = Json(R"({"RenderId": "r", "ServiceUrl": "http://127.0.0.1:8080",
        "ProjectGcsUri": "gs://b/project.tar.gz", "PlanOutputGcsPrefix": "gs://b/renders/r/",
        "OutputGcsUri": "gs://b/out.mp4", "Config": {"fps": 30}})");
    return protocol == nullptr ? argument : With(argument, "PlanProtocol", Value(protocol));
  }

  const Execution& Run(Value argument) {
    Driver driver({.http = &http_,
                   .clock = &clock_,
                   .tokens = nullptr,
                   .connectors = nullptr,
                   .store = nullptr,
                   .listener = this});
    driver.Start("r", Execution::Begin(testing::ProgramOf(*definition_), std::move(argument)));
    while (driver.Process() || (driver.active() > 0 && clock_.JumpToNext())) {
    }
    return *last_;
  }

  // The bodies of the calls of an action.
  std::vector<Value> Calls(const char* action) const {
    std::vector<Value> bodies;
    for (const HttpCall& call : http_.calls()) {
      Value body = Json(call.body);
      if (*body.map().Find("Action") == Value(action)) bodies.push_back(std::move(body));
    }
    return bodies;
  }
  double Seconds() {
    return std::chrono::duration<double>(clock_.Now() - VirtualClock::kDefaultStart).count();
  }

  std::optional<std::string> definition_;
  VirtualClock clock_;
  ScriptedHttpCaller http_{clock_};
  std::optional<Execution> last_;
};

std::string Outcome(const Execution& execution) {
  return testing::Text(execution.state() == ExecutionState::kSucceeded
                           ? execution.result()
                           : execution.failure().payload);
}

TEST_F(RenderDefinitionTest, ProtocolV2IsTheDefaultAndSucceeds) {
  Answers("plan", {Answer(PlanV2(3))});
  AnswerChunks(3);
  AnswerAssemble();
  const Execution& execution = Run(Argument());
  ASSERT_EQ(execution.state(), ExecutionState::kSucceeded) << Outcome(execution);
  Value expected = With(Value(ValueMap()), "Plan", Json(PlanV2(3)));
  expected = With(expected, "Chunks", Json(R"([
      {"ChunkGcsUri": "gs://b/chunks/0", "FramesEncoded": 30},
      {"ChunkGcsUri": "gs://b/chunks/1", "FramesEncoded": 30},
      {"ChunkGcsUri": "gs://b/chunks/2", "FramesEncoded": 30}])"));
  expected =
      With(expected, "Assemble", Json(R"({"OutputGcsUri": "gs://b/out.mp4", "FileSize": 7})"));
  EXPECT_EQ(execution.result(), expected);
  EXPECT_EQ(Calls("plan")[0], Json(R"({"Action": "plan", "PlanProtocol": "v2",
      "ProjectGcsUri": "gs://b/project.tar.gz", "PlanOutputGcsPrefix": "gs://b/renders/r/",
      "Config": {"fps": 30}})"));
  EXPECT_EQ(Calls("renderChunk")[1], Json(R"({"Action": "renderChunk", "PlanProtocol": "v2",
      "ChunkIndex": 1, "PlanV2ManifestGcsUri": "gs://b/plan/manifest.json",
      "PlanV2ArtifactGcsPrefix": "gs://b/plan/", "PlanHash": "h",
      "ChunkOutputGcsPrefix": "gs://b/renders/r/", "Format": "mp4"})"));
  EXPECT_EQ(Calls("assemble")[0], Json(R"({"Action": "assemble", "PlanProtocol": "v2",
      "PlanV2ManifestGcsUri": "gs://b/plan/manifest.json",
      "PlanV2ArtifactGcsPrefix": "gs://b/plan/", "PlanHash": "h",
      "ChunkGcsUris": ["gs://b/chunks/0", "gs://b/chunks/1", "gs://b/chunks/2"],
      "AudioGcsUri": null, "OutputGcsUri": "gs://b/out.mp4", "Format": "mp4", "Cfr": false})"));
  EXPECT_EQ(Seconds(), 3);  // plan, all chunks side by side, assemble
}

TEST_F(RenderDefinitionTest, ProtocolV1Succeeds) {
  Answers("plan", {Answer(PlanV1(2))});
  AnswerChunks(2);
  AnswerAssemble();
  const Execution& execution = Run(Argument("v1"));
  ASSERT_EQ(execution.state(), ExecutionState::kSucceeded) << Outcome(execution);
  EXPECT_EQ(Calls("renderChunk")[0], Json(R"({"Action": "renderChunk", "PlanProtocol": "v1",
      "ChunkIndex": 0, "PlanGcsUri": "gs://b/plan.tar.gz", "PlanHash": "h",
      "ChunkOutputGcsPrefix": "gs://b/renders/r/", "Format": "mp4"})"));
  EXPECT_EQ(*Calls("assemble")[0].map().Find("PlanGcsUri"), Value("gs://b/plan.tar.gz"));
}

TEST_F(RenderDefinitionTest, CfrIsForwarded) {
  Answers("plan", {Answer(PlanV2(1))});
  AnswerChunks(1);
  AnswerAssemble();
  Run(With(Argument(), "Config", Json(R"({"cfr": true})")));
  EXPECT_EQ(*Calls("assemble")[0].map().Find("Cfr"), Value(true));
}

TEST_F(RenderDefinitionTest, AnUnknownProtocolIsRefusedBeforeAnyCall) {
  const Execution& execution = Run(Argument("v3"));
  EXPECT_EQ(execution.failure().payload, Json(R"({"code": "PLAN_PROTOCOL_UNSUPPORTED",
                     "message": "PlanProtocol must be v1 or v2; got v3"})"));
  EXPECT_TRUE(http_.calls().empty());
}

TEST_F(RenderDefinitionTest, LocatorsOfTheOtherProtocolAreRefused) {
  Answers("plan", {Answer(PlanV1(2))});
  const Execution& execution = Run(Argument("v2"));
  EXPECT_THAT(Outcome(execution), HasSubstr("PLAN_PROTOCOL_LOCATOR_MISMATCH"));
  EXPECT_TRUE(Calls("renderChunk").empty());
}

TEST_F(RenderDefinitionTest, ZeroChunksAreAnError) {
  Answers("plan", {Answer(PlanV2(0))});
  const Execution& execution = Run(Argument());
  EXPECT_THAT(Outcome(execution), HasSubstr("PLAN_PRODUCED_ZERO_CHUNKS"));
  EXPECT_THAT(execution.failure().context, HasSubstr("in step \"planProducedZeroChunks\""));
}

TEST_F(RenderDefinitionTest, ABadRequestIsNotRetried) {
  Answers("plan", {Answer(R"({"error": "PLAN_TOO_LARGE", "message": "no"})", 400)});
  const Execution& execution = Run(Argument());
  EXPECT_EQ(execution.state(), ExecutionState::kFailed);
  EXPECT_EQ(http_.calls().size(), 1U);
  EXPECT_EQ(*execution.failure().payload.map().Find("code"), Value(400));
  EXPECT_EQ(*execution.failure().payload.map().Find("body"),
            Json(R"({"error": "PLAN_TOO_LARGE", "message": "no"})"));
  EXPECT_THAT(execution.failure().context,
              HasSubstr("HTTP server responded with error code 400\nin step \"planV2\", routine "
                        "\"main\", line: "));
}

TEST_F(RenderDefinitionTest, TransientFailuresAreRetriedWithBackOff) {
  Answers("plan", {Answer("{}", 403),
                   Answer("{}", 429),
                   Answer("{}", 503),
                   {.outcome = HttpCallFailure{HttpCallFailure::Kind::kNotConnected, "refused"}},
                   {.outcome = HttpCallFailure{HttpCallFailure::Kind::kBroken, "reset"}},
                   Answer(PlanV2(1), 200, std::chrono::seconds(1900)),  // beyond the time-out
                   Answer(PlanV2(1))});
  AnswerChunks(1);
  AnswerAssemble();
  const Execution& execution = Run(Argument());
  ASSERT_EQ(execution.state(), ExecutionState::kSucceeded) << Outcome(execution);
  EXPECT_EQ(Calls("plan").size(), 7U);
  // Calls of 1, 1, 1, 0, 0, 1800, 1 and then 1 + 1 seconds; delays of 2, 4, 8, 16, 32 and 60.
  EXPECT_EQ(Seconds(), 1806 + 122);
}

TEST_F(RenderDefinitionTest, TheSeventhFailureOfAPlanIsTheLast) {
  Answers("plan", {Answer("{}", 500)});
  const Execution& execution = Run(Argument());
  EXPECT_EQ(execution.state(), ExecutionState::kFailed);
  EXPECT_EQ(Calls("plan").size(), 7U);
}

TEST_F(RenderDefinitionTest, TwentyFiveChunksRunTwentyAtOnce) {
  Answers("plan", {Answer(PlanV2(25))});
  AnswerChunks(25);
  AnswerAssemble();
  const Execution& execution = Run(Argument());
  ASSERT_EQ(execution.state(), ExecutionState::kSucceeded) << Outcome(execution);
  EXPECT_EQ(http_.most_at_once(), 20U);
  EXPECT_EQ(execution.result().map().Find("Chunks")->list().size(), 25U);
  EXPECT_EQ(Seconds(), 4);  // plan, twenty chunks, five chunks, assemble
}

TEST_F(RenderDefinitionTest, OneFailedChunkFailsTheRenderAfterTheOthersEnded) {
  Answers("plan", {Answer(PlanV2(3))});
  Answers("renderChunk", {Answer(R"({"error": "PLAN_HASH_MISMATCH"})", 400)},
          R"({"ChunkIndex": 1})");
  AnswerChunks(3);
  AnswerAssemble();
  const Execution& execution = Run(Argument());
  ASSERT_EQ(execution.state(), ExecutionState::kFailed);
  EXPECT_EQ(Calls("renderChunk").size(), 3U);
  EXPECT_TRUE(Calls("assemble").empty());
  const ValueMap& payload = execution.failure().payload.map();
  EXPECT_EQ(*payload.Find("tags"), Json(R"(["UnhandledBranchError", "HttpError"])"));
  const Value& branch = payload.Find("branches")->list()[0];
  EXPECT_EQ(*branch.map().Find("id"), Value("1"));
  const ValueMap& error = branch.map().Find("error")->map();
  EXPECT_THAT(error.Find("context")->string(),
              HasSubstr("HTTP server responded with error code 400\nin step \"renderOneChunkV2\""));
  EXPECT_EQ(*Json(error.Find("payload")->string()).map().Find("body"),
            Json(R"({"error": "PLAN_HASH_MISMATCH"})"));
}

TEST_F(RenderDefinitionTest, AChunkIsRetriedFourTimes) {
  Answers("plan", {Answer(PlanV2(1))});
  Answers("renderChunk", {Answer("{}", 503)});
  const Execution& execution = Run(Argument());
  EXPECT_EQ(execution.state(), ExecutionState::kFailed);
  EXPECT_EQ(Calls("renderChunk").size(), 5U);
}

// Fewer steps than the limit by far, so that renders of many chunks fit.
TEST_F(RenderDefinitionTest, AThousandChunksFitIntoTheLimits) {
  Answers("plan", {Answer(PlanV2(1000))});
  Answers("renderChunk", {Answer(R"({"ChunkGcsUri": "gs://b/chunk", "FramesEncoded": 30})")});
  AnswerAssemble();
  const Execution& execution = Run(Argument());
  ASSERT_EQ(execution.state(), ExecutionState::kSucceeded) << Outcome(execution);
  EXPECT_LT(execution.steps(), 20'000U);
}

}  // namespace
}  // namespace hyperlocal::workflow
