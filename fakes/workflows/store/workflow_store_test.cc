#include "fakes/workflows/store/workflow_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "fakes/sqlite/database_internal.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::workflows {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kName = "projects/p/locations/l/workflows/w";
const TimePoint kTime = TimePoint(std::chrono::seconds(1'767'225'600));

std::int64_t AddWorkflow(WorkflowStore& store, const std::string& name = kName) {
  WorkflowRecord workflow;
  workflow.name = name;
  workflow.created = kTime;
  workflow.updated = kTime;
  RevisionRecord revision;
  revision.id = "000001-abc";
  revision.created = kTime;
  revision.source = "- a: {return: 1}";
  EXPECT_TRUE(store.CreateWorkflow(workflow, revision));
  return store.FindWorkflow(name)->key;
}

ExecutionRecord Execution(std::int64_t workflow, const std::string& id) {
  ExecutionRecord execution;
  execution.name = std::string(kName) + "/executions/" + id;
  execution.workflow = workflow;
  execution.revision_id = "000001-abc";
  execution.created = kTime;
  execution.started = kTime;
  execution.argument = "{\"n\":1}";
  return execution;
}

ExecutionProgress Progress(std::int64_t key, std::string bytes) {
  ExecutionProgress progress;
  progress.key = key;
  progress.bytes = std::move(bytes);
  progress.steps = "[]";
  return progress;
}

StepEntryRecord Entry(std::int64_t id, std::int64_t parent) {
  StepEntryRecord entry;
  entry.id = id;
  entry.parent = parent;
  entry.routine = "main";
  entry.step = "a";
  entry.created = kTime;
  return entry;
}

class StoreTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    store_.reset();
    auto store =
        GetParam() ? WorkflowStore::Open(directory_ / "data", options_) : WorkflowStore::InMemory();
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
  }

  testing::TemporaryDirectory directory_{"workflow-store"};
  WorkflowStoreOptions options_{.durability = Durability::kUnsynced, .log = {}};
  std::unique_ptr<WorkflowStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, StoreTest, ::testing::Bool(),
                         [](const auto& kind) { return kind.param ? "OnDisk" : "InMemory"; });

TEST_P(StoreTest, KeepsWorkflowsAndRevisions) {
  const std::int64_t key = AddWorkflow(*store_);
  WorkflowRecord workflow = *store_->FindWorkflow(kName);
  EXPECT_EQ(workflow.created, kTime);
  EXPECT_EQ(store_->CreateWorkflow(workflow, {}).error().code, ErrorCode::kConflict);
  RevisionRecord second;
  second.number = 2;
  second.id = "000002-abc";
  second.source = "new";
  workflow.settings = "{\"a\":1}";
  ASSERT_TRUE(store_->UpdateWorkflow(workflow, &second));
  EXPECT_EQ(store_->UpdateWorkflow(workflow, &second).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store_->FindWorkflow(kName)->revision, 2);
  EXPECT_EQ(store_->FindRevision(key, 2)->source, "new");
  EXPECT_EQ(store_->ListRevisions(key)->at(0).number, 2);
  AddWorkflow(*store_, "projects/p/locations/other/workflows/w");
  EXPECT_THAT(*store_->ListWorkflows("projects/p/locations/l/"), SizeIs(1));
  ASSERT_TRUE(store_->DeleteWorkflow(kName));
  EXPECT_EQ(store_->FindWorkflow(kName).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->FindRevision(key, 1).error().code, ErrorCode::kNotFound);
}

TEST_P(StoreTest, KeepsWhatAnExecutionNeedsUntilItIsOver) {
  const std::int64_t workflow = AddWorkflow(*store_);
  const std::int64_t key = *store_->CreateExecution(Execution(workflow, "e"));
  EXPECT_EQ(store_->CreateExecution(Execution(workflow, "e")).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store_->CreateExecution(Execution(workflow + 7, "f")).error().code,
            ErrorCode::kNotFound);
  ASSERT_THAT(*store_->Unfinished(), SizeIs(1));
  EXPECT_EQ(store_->Unfinished()->at(0).bytes, "");

  ExecutionProgress progress = Progress(key, "first");
  progress.begun.push_back(Entry(1, 0));
  ASSERT_TRUE(store_->SaveProgress({progress}));
  progress = Progress(key, "second");
  progress.begun.push_back(Entry(2, 1));
  progress.finished.push_back({.id = 1, .state = 1, .time = kTime, .exception = "\"x\""});
  ASSERT_TRUE(store_->SaveProgress({progress}));
  EXPECT_EQ(store_->Unfinished()->at(0).bytes, "second");
  const auto entries = *store_->StepEntries(key);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].exception, "\"x\"");
  EXPECT_EQ(entries[1].parent, 1);

  progress = Progress(key, "");
  progress.state = ApiState::kSucceeded;
  progress.ended = kTime;
  progress.result = "42";
  ASSERT_TRUE(store_->SaveProgress({progress}));
  EXPECT_THAT(*store_->Unfinished(), SizeIs(0));
  EXPECT_EQ(store_->FindExecution(std::string(kName) + "/executions/e")->result, "42");
  // What comes later changes nothing any more.
  ASSERT_TRUE(store_->SaveProgress({Progress(key, "late"), Progress(key + 9, "of nobody")}));
  EXPECT_THAT(*store_->Unfinished(), SizeIs(0));
  EXPECT_EQ(store_->FindExecution(std::string(kName) + "/executions/e")->state,
            ApiState::kSucceeded);
  ASSERT_TRUE(store_->DeleteHistory(key));
  EXPECT_THAT(*store_->StepEntries(key), SizeIs(0));
}

TEST_P(StoreTest, QueuedOnesStartAndDamagedOnesAreSetAside) {
  const std::int64_t workflow = AddWorkflow(*store_);
  ExecutionRecord queued = Execution(workflow, "q");
  queued.state = ApiState::kQueued;
  queued.started.reset();
  const std::int64_t key = *store_->CreateExecution(queued);
  ASSERT_TRUE(store_->StartExecution(key, kTime));
  EXPECT_EQ(store_->FindExecution(queued.name)->state, ApiState::kActive);
  EXPECT_EQ(store_->FindExecution(queued.name)->started, kTime);
  ASSERT_TRUE(store_->SaveProgress({Progress(key, "damaged")}));
  ASSERT_TRUE(store_->SetAside(key, kTime, "{}"));
  EXPECT_EQ(store_->FindExecution(queued.name)->state, ApiState::kUnavailable);
  EXPECT_THAT(*store_->Unfinished(), SizeIs(0));
}

TEST_P(StoreTest, WritersFromManyThreadsTakeTurns) {
  const std::int64_t workflow = AddWorkflow(*store_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        EXPECT_TRUE(store_->CreateExecution(
            Execution(workflow, std::to_string(t) + "-" + std::to_string(i))));
        // One that fails takes no other with it.
        EXPECT_FALSE(store_->CreateExecution(Execution(workflow + 1, "x")));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(*store_->ListExecutions(workflow), SizeIs(100));
}

TEST_P(StoreTest, KeepsOperations) {
  ASSERT_TRUE(store_->PutOperation(
      {.name = "projects/p/locations/l/operations/a", .created = kTime, .body = "{}"}));
  EXPECT_EQ(store_->FindOperation("projects/p/locations/l/operations/a")->created, kTime);
  EXPECT_THAT(*store_->ListOperations("projects/p/locations/l/"), SizeIs(1));
  ASSERT_TRUE(store_->DeleteOperation("projects/p/locations/l/operations/a"));
  EXPECT_EQ(store_->DeleteOperation("projects/p/locations/l/operations/a").error().code,
            ErrorCode::kNotFound);
}

TEST_P(StoreTest, ResetEmptiesIt) {
  const std::int64_t workflow = AddWorkflow(*store_);
  ASSERT_TRUE(store_->CreateExecution(Execution(workflow, "e")));
  ASSERT_TRUE(store_->Reset());
  EXPECT_THAT(*store_->Unfinished(), SizeIs(0));
  EXPECT_THAT(*store_->ListWorkflows(""), SizeIs(0));
}

class StoreOnDiskTest : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, StoreOnDiskTest, ::testing::Values(true));

TEST_P(StoreOnDiskTest, EverythingIsThereAfterReopening) {
  const std::int64_t workflow = AddWorkflow(*store_);
  const std::int64_t key = *store_->CreateExecution(Execution(workflow, "e"));
  ASSERT_TRUE(store_->SaveProgress({Progress(key, "bytes")}));
  Reopen();
  ASSERT_THAT(*store_->Unfinished(), SizeIs(1));
  EXPECT_EQ(store_->Unfinished()->at(0).bytes, "bytes");
  EXPECT_EQ(store_->Unfinished()->at(0).record.argument, "{\"n\":1}");
}

TEST_P(StoreOnDiskTest, OneProcessAtATime) {
  const auto second = WorkflowStore::Open(directory_ / "data");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kDependencyUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr("in use by process"));
}

TEST_P(StoreOnDiskTest, ADamagedDatabaseIsSetAsideAndSaid) {
  AddWorkflow(*store_);
  store_.reset();
  std::filesystem::remove(directory_ / "data/workflows.db-wal");
  std::ofstream(directory_ / "data/workflows.db", std::ios::trunc) << "this is no database at all";
  std::string said;
  options_.log = [&](const std::string& line) { said = line; };
  Reopen();
  EXPECT_THAT(said, HasSubstr("damaged"));
  EXPECT_THAT(*store_->ListWorkflows(""), SizeIs(0));
}

TEST_P(StoreOnDiskTest, ANewerDatabaseIsRefused) {
  store_.reset();
  {
    auto database = sqlite::Database::Open(directory_ / "data/workflows.db",
                                           sqlite::Database::Access::kReadWrite);
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version = 99"));
  }
  const auto refused = WorkflowStore::Open(directory_ / "data");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kDependencyUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("version 99"));
}

}  // namespace
}  // namespace hyperlocal::workflows
