#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "fakes/workflows/server/server_test_support.h"

// The management API over a socket.
namespace hyperlocal::workflows {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr const char* kReturnsOne = "- r: {return: 1}";

class WorkflowsApiTest : public ServerTest {
 protected:
  void SetUp() override { Begin(); }
  static std::string Body(std::string_view source) {
    return "{\"sourceContents\":" + workflow::JsonString(source) + "}";
  }
  ApiReply CreateWorkflow(const std::string& id, const std::string& body) {
    return api->Post("/v1/" + std::string(kLocation) + "/workflows?workflowId=" + id +
                         "&$alt=json%3Benum-encoding=int",
                     body);
  }
};

TEST_F(WorkflowsApiTest, AnOperationBringsTheWorkflow) {
  const ApiReply operation = CreateWorkflow("w", Body(kReturnsOne));
  ASSERT_EQ(operation.status, 200) << operation.Text("error/message");
  EXPECT_EQ(operation.Text("done"), "true");
  EXPECT_EQ(operation.Text("metadata/verb"), "create");
  EXPECT_EQ(operation.Text("metadata/target"), kWorkflow);
  EXPECT_EQ(operation.Text("response/@type"),
            "type.googleapis.com/google.cloud.workflows.v1.Workflow");
  EXPECT_EQ(operation.Text("response/state"), "ACTIVE");
  const std::string name = operation.Text("name");
  EXPECT_EQ(api->Get("/v1/" + name + "?").Text("response/name"), kWorkflow);
  EXPECT_EQ(api->Get("/v1/" + std::string(kLocation) + "/operations").Text("operations/0/name"),
            name);
  EXPECT_EQ(api->Post("/v1/" + name + ":wait").Text("done"), "true");
  EXPECT_EQ(api->Post("/v1/" + name + ":cancel").status, 200);
  EXPECT_EQ(api->Post("/v1/" + name + ":else").status, 404);
  EXPECT_EQ(api->Ask("DELETE", "/v1/" + name).status, 200);
  EXPECT_EQ(api->Get("/v1/" + name).status, 404);
  EXPECT_EQ(api->Get(kWorkflowPath).Text("sourceContents"), kReturnsOne);
  EXPECT_EQ(Outcome(Create()), "SUCCEEDED 1");
}

TEST_F(WorkflowsApiTest, WhatDoesNotBuildAndWhatExistsAreTheOperationsErrors) {
  const ApiReply broken =
      CreateWorkflow("w", Body("- a: {return: \"${x}\"}\n- b: {next: nowhere}\n"));
  EXPECT_EQ(broken.status, 200);
  EXPECT_EQ(broken.Text("error/code"), "3");
  EXPECT_THAT(broken.Text("error/message"),
              HasSubstr("failed to build: error in step a: symbol 'x' is neither a variable nor a "
                        "sub-workflow name"));
  EXPECT_THAT(broken.Text("error/message"), HasSubstr("nowhere"));
  EXPECT_EQ(api->Get(kWorkflowPath).status, 404);
  CreateWorkflow("w", Body(kReturnsOne));
  EXPECT_EQ(CreateWorkflow("w", Body(kReturnsOne)).Text("error/code"), "6");
  EXPECT_EQ(CreateWorkflow("9", Body(kReturnsOne)).status, 400);
  EXPECT_EQ(CreateWorkflow("v", "{}").Text("error/code"), "3");
}

TEST_F(WorkflowsApiTest, ASourceThatChangesMakesARevision) {
  CreateWorkflow("w", Body(kReturnsOne));
  const std::string first = api->Get(kWorkflowPath).Text("revisionId");
  const ApiReply patched =
      api->Ask("PATCH", std::string(kWorkflowPath) + "?updateMask=source_contents",
               Body("- r: {return: 2}"));
  EXPECT_THAT(patched.Text("response/revisionId"), MatchesRegex("000002-[0-9a-f]{3}"));
  EXPECT_EQ(Outcome(Create()), "SUCCEEDED 2");
  api->Ask("PATCH", std::string(kWorkflowPath) + "?updateMask=labels,description",
           R"({"labels":{"a":"b"},"description":"d","sourceContents":"ignored"})");
  EXPECT_EQ(api->Get(kWorkflowPath).Text("labels/a"), "b");
  EXPECT_THAT(api->Get(kWorkflowPath).Text("revisionId"), HasSubstr("000002-"));
  EXPECT_EQ(api->Get(std::string(kWorkflowPath) + "?revisionId=" + first).Text("sourceContents"),
            kReturnsOne);
  const ApiReply revisions = api->Get(std::string(kWorkflowPath) + ":listRevisions");
  EXPECT_EQ(revisions.At("workflows").list().size(), 2U);
  EXPECT_EQ(revisions.Text("workflows/1/revisionId"), first);
  EXPECT_EQ(
      api->Ask("PATCH", std::string(kWorkflowPath) + "?updateMask=name", "{}").Text("error/code"),
      "3");
  EXPECT_EQ(api->Ask("PATCH", "/v1/" + std::string(kLocation) + "/workflows/none", "{}").status,
            404);
}

TEST_F(WorkflowsApiTest, RunningExecutionsKeepTheirRevision) {
  Deploy(
      "- e: {call: events.create_callback_endpoint, result: c}\n"
      "- w: {call: events.await_callback, args: {callback: \"${c}\"}}\n- r: {return: 1}\n");
  const std::string name = Create();
  Deploy("- r: {return: 2}");
  ApiReply callbacks;
  do {
    callbacks = api->Get("/v1/" + name + "/callbacks");
  } while (callbacks.At("callbacks/0").is_null());
  api->Post("/v1/" + callbacks.Text("callbacks/0/name"));
  EXPECT_EQ(Outcome(name), "SUCCEEDED 1");
}

TEST_F(WorkflowsApiTest, ListsAndDeletes) {
  for (const char* id : {"b", "a", "c"}) CreateWorkflow(id, Body(kReturnsOne));
  const std::string list = "/v1/" + std::string(kLocation) + "/workflows";
  EXPECT_EQ(api->Get(list).Text("workflows/0/name"), std::string(kLocation) + "/workflows/a");
  const ApiReply page = api->Get(list + "?pageSize=2");
  EXPECT_EQ(page.At("workflows").list().size(), 2U);
  EXPECT_EQ(api->Get(list + "?pageSize=2&pageToken=" + page.Text("nextPageToken"))
                .Text("workflows/0/name"),
            std::string(kLocation) + "/workflows/c");
  Deploy("- s: {call: sys.sleep, args: {seconds: 1000}}");
  const std::string running = Create();
  const ApiReply deleted = api->Ask("DELETE", std::string(kWorkflowPath) + "?");
  EXPECT_EQ(deleted.Text("response/@type"), "type.googleapis.com/google.protobuf.Empty");
  EXPECT_EQ(api->Get("/v1/" + running).status, 404);
  EXPECT_EQ(api->Ask("DELETE", kWorkflowPath).status, 404);
  EXPECT_EQ(api->Get("/v1/projects/p/locations").At("locations").list().size(), 3U);
  EXPECT_EQ(api->Get("/v1/projects/p/locations/here").Text("locationId"), "here");
}

TEST_F(WorkflowsApiTest, VariablesReachTheWorkflow) {
  ASSERT_TRUE(server->Deploy(kWorkflow,
                             "- r: {return: \"${[sys.get_env(\\\"COLOUR\\\"), "
                             "sys.get_env(\\\"GOOGLE_CLOUD_WORKFLOW_ID\\\"), "
                             "sys.get_env(\\\"GOOGLE_CLOUD_PROJECT_ID\\\")]}\"}",
                             {{"COLOUR", "red"}}));
  EXPECT_EQ(Outcome(Create()), R"(SUCCEEDED ["red","w","p"])");
  EXPECT_EQ(CreateWorkflow("v", R"({"sourceContents":"- r: {return: 1}",)"
                                R"("userEnvVars":{"GOOGLE_X":"1"}})")
                .Text("error/code"),
            "3");
}

TEST_F(WorkflowsApiTest, DeployInProcessShowsTheLine) {
  const Status refused = server->Deploy(kWorkflow, "- a: {return: \"${x}\"}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidWorkflow);
  EXPECT_THAT(refused.error().message, HasSubstr("w:1:"));
  EXPECT_EQ(server->Deploy("w", kReturnsOne).error().code, ErrorCode::kBadRequest);
}

}  // namespace
}  // namespace hyperlocal::workflows
