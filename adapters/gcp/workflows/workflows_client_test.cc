#include "adapters/gcp/workflows/workflows_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "adapters/gcp/workflows/scripted_api_test_support.h"

namespace hyperlocal {
namespace {

using testing::Answer;
using testing::ApiFixture;
using ::testing::ElementsAre;
using testing::FailureOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const WorkflowName kWorkflow{"p", "l", "w"};
constexpr const char* kParent = "/v1/projects/p/locations/l/workflows";
constexpr const char* kOperation = R"({"name":"projects/p/locations/l/operations/o","done":false})";

std::string Workflow(const std::string& source) {
  return R"({"name":"projects/p/locations/l/workflows/w","state":"ACTIVE","sourceContents":")" +
         source + R"(","serviceAccount":"projects/p/serviceAccounts/sa@x"})";
}
std::string Finished(const std::string& more) {
  return R"({"name":"projects/p/locations/l/operations/o","done":true)" + more + "}";
}

std::unique_ptr<WorkflowsClient> ClientOf(const ApiFixture& fixture) {
  auto client = WorkflowsClient::Create(fixture.options);
  EXPECT_TRUE(client) << client.error().message;
  return std::move(*client);
}

TEST(WorkflowsClient, CreatesWhatIsNotThereAndWaitsForIt) {
  ApiFixture fixture([made = false](const HttpCall& call, int number) mutable -> HttpOutcome {
    if (call.method == "POST") {
      made = true;
      return Answer(200, kOperation);
    }
    if (call.url.find("/operations/") != std::string::npos) {
      return Answer(200, number < 4 ? kOperation : Finished(R"(,"response":{})"));
    }
    return made ? Answer(200, Workflow("new")) : Answer(404, FailureOf(404, "NOT_FOUND", "none"));
  });
  const auto deployed = ClientOf(fixture)->Deploy(kWorkflow, {.source = "new"});
  ASSERT_TRUE(deployed) << deployed.error().message;
  EXPECT_EQ(deployed->source, "new");
  EXPECT_THAT(fixture.api->lines(), ElementsAre(std::string("GET ") + kParent + "/w",
                                                std::string("POST ") + kParent + "?workflowId=w",
                                                "GET /v1/projects/p/locations/l/operations/o",
                                                "GET /v1/projects/p/locations/l/operations/o",
                                                "GET /v1/projects/p/locations/l/operations/o",
                                                std::string("GET ") + kParent + "/w"));
}

TEST(WorkflowsClient, ChangesOnlyWhatDiffers) {
  ApiFixture fixture([](const HttpCall& call, int) {
    return Answer(200, call.method == "PATCH" ? Finished("") : Workflow("old"));
  });
  ASSERT_TRUE(ClientOf(fixture)->Deploy(kWorkflow, {.source = "old", .service_account = "sa@x"}));
  EXPECT_THAT(fixture.api->calls(), SizeIs(1));
  ASSERT_TRUE(ClientOf(fixture)->Deploy(kWorkflow, {.source = "new"}));
  EXPECT_EQ(fixture.api->lines().at(2),
            std::string("PATCH ") + kParent + "/w?updateMask=sourceContents");
}

// A definition that does not build fails its operation, not the call.
TEST(WorkflowsClient, ADefinitionThatDoesNotBuildIsSaidInTheServicesWords) {
  ApiFixture fixture([](const HttpCall& call, int) {
    if (call.method == "GET") return Answer(404, "");
    return Answer(200,
                  Finished(R"(,"error":{"code":3,"message":"failed to build: error in step x"})"));
  });
  const auto deployed = ClientOf(fixture)->Deploy(kWorkflow, {.source = "bad"});
  ASSERT_FALSE(deployed);
  EXPECT_EQ(deployed.error().code, ErrorCode::kInvalidWorkflow);
  EXPECT_THAT(deployed.error().message, HasSubstr("failed to build: error in step x"));
}

// The creation took place, its answer was lost, and the repetition meets it.
TEST(WorkflowsClient, ACreationThatMeetsItselfIsDone) {
  int gets = 0;
  ApiFixture fixture([&gets](const HttpCall& call, int) -> HttpOutcome {
    if (call.method == "POST") {
      return Answer(200, Finished(R"(,"error":{"code":6,"message":"already exists"})"));
    }
    return ++gets == 1 ? Answer(404, "") : Answer(200, Workflow("new"));
  });
  EXPECT_TRUE(ClientOf(fixture)->Deploy(kWorkflow, {.source = "new"}));
}

TEST(WorkflowsClient, DeletingWhatIsNotThereIsNoError) {
  ApiFixture fixture([](const HttpCall&, int) { return Answer(404, ""); });
  EXPECT_TRUE(ClientOf(fixture)->Delete(kWorkflow));
  ApiFixture present([](const HttpCall&, int) { return Answer(200, Finished("")); });
  EXPECT_TRUE(ClientOf(present)->Delete(kWorkflow));
  EXPECT_EQ(present.api->lines().at(0), std::string("DELETE ") + kParent + "/w");
}

}  // namespace
}  // namespace hyperlocal
