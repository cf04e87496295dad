// Our workflow definition: no problem, no warning, its own table of cases, and the largest
// argument.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "adapters/gcp/workflow_definition.h"
#include "orchestrator/check/check_definition.h"
#include "orchestrator/testing/case_runner.h"
#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

std::shared_ptr<const Definition> Ours() {
  auto definition = LoadDefinition(std::string(RenderWorkflowDefinition()), "workflow.yaml");
  EXPECT_TRUE(definition) << definition.error().message;
  return definition ? *definition : nullptr;
}

TEST(RenderWorkflowTest, ADeploymentTakesItAndNothingIsToBeWarnedOf) {
  CheckOptions options;
  options.forwarded = {"ServiceUrl", "ProjectGcsUri", "PlanOutputGcsPrefix", "OutputGcsUri",
                       "Config",     "Config.cfr",    "PlanProtocol",        "ChunkServiceUrl"};
  options.iterations = 256;  // the largest maxParallelChunks
  const CheckOutcome outcome =
      CheckDefinition(std::string(RenderWorkflowDefinition()), "workflow.yaml", options);
  for (const Problem& problem : outcome.problems) {
    ADD_FAILURE() << DescribeProblem(problem, "workflow.yaml", RenderWorkflowDefinition());
  }
  EXPECT_NE(outcome.definition, nullptr);
}

TEST(RenderWorkflowTest, EveryCasePasses) {
  const auto files = LoadCases(HYPERLOCAL_CASES_DIR, Ours());
  ASSERT_TRUE(files) << files.error().message;
  std::size_t cases = 0;
  for (const CaseFile& file : *files) {
    for (const CaseResult& result : RunCaseFile(file).cases) {
      ++cases;
      for (const std::string& failure : result.failures) {
        ADD_FAILURE() << file.file << ": " << result.name << ": " << failure;
      }
    }
  }
  EXPECT_GE(cases, 39U);
}

// All variables and the argument share 512 KB: a definition that copies the config into a variable
// of its own, as the published one does, fails here.
TEST(RenderWorkflowTest, AConfigOf400KiBGetsThrough) {
  const std::string text(40'000, 'x');
  std::string variables;
  for (int i = 0; i < 10; ++i) {
    variables += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"" + text + "\"";
  }
  WorkflowCase one;
  one.name = "large";
  one.definition = Ours();
  one.argument =
      testing::Json(R"({"ServiceUrl":"http://s","ProjectGcsUri":"p","PlanOutputGcsPrefix":"o",)"
                    R"("OutputGcsUri":"v","Config":{"variables":{)" +
                    variables + "}}}");
  const auto answer = [&one](const char* when, const char* body) {
    CallPattern pattern;
    pattern.body = testing::Json(when);
    one.responses.push_back({std::move(pattern), {{.outcome = testing::JsonReply(200, body)}}});
  };
  answer(R"({"Action":"plan"})",
         R"({"PlanProtocol":"v2","PlanV2ManifestGcsUri":"m","PlanV2ArtifactGcsPrefix":"a",)"
         R"("PlanHash":"h","ChunkCount":1,"Format":"mp4"})");
  answer(R"({"Action":"renderChunk"})", R"({"ChunkGcsUri":"c"})");
  answer(R"({"Action":"assemble"})", R"({"FileSize":1})");
  one.expect.result = testing::Json(
      R"({"Plan":{"PlanProtocol":"v2","PlanV2ManifestGcsUri":"m","PlanV2ArtifactGcsPrefix":"a",)"
      R"("PlanHash":"h","ChunkCount":1,"Format":"mp4"},)"
      R"("Chunks":[{"ChunkGcsUri":"c"}],"Assemble":{"FileSize":1}})");
  const CaseResult result = RunCase(one);
  for (const std::string& failure : result.failures) ADD_FAILURE() << failure;
  EXPECT_EQ(result.state, ExecutionState::kSucceeded) << result.outcome.substr(0, 300);
}

}  // namespace
}  // namespace hyperlocal::workflow
