#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/whole_file.h"
#include "fakes/workflows/store/workflow_records.h"

namespace hyperlocal::workflows {

struct WorkflowStoreOptions {
  // kUnsynced leaves the syncs out: safe against kills, not against a loss of power.
  Durability durability = Durability::kSynced;
  // What a person should know: damage that was set aside. Absent: nobody is told.
  std::function<void(const std::string&)> log;
};

// Workflows with their revisions, executions with all they need to go on, and the history of their
// steps, in a database: a directory's, or in memory. What a call has written is kept when it
// returns; a process that is killed in the middle leaves all of a call or nothing.
//
// Any number of threads. Errors of all: kIo, kInvalidArchive when the database is damaged; those
// that look something up: kNotFound.
class WorkflowStore {
 public:
  // Makes the directory. A damaged database is set aside, and the store starts empty. Errors:
  // kCannotWrite; kDependencyUnavailable when another process has it, or a newer program made it.
  static Result<std::unique_ptr<WorkflowStore>> Open(const std::filesystem::path& directory,
                                                     WorkflowStoreOptions options = {});
  static Result<std::unique_ptr<WorkflowStore>> InMemory();
  ~WorkflowStore();

  // Error: kConflict when the name is taken.
  Status CreateWorkflow(const WorkflowRecord& workflow, const RevisionRecord& revision);
  // By name; adds the revision if there is one.
  Status UpdateWorkflow(const WorkflowRecord& workflow, const RevisionRecord* revision);
  // With everything that belongs to it.
  Status DeleteWorkflow(std::string_view name);
  Result<WorkflowRecord> FindWorkflow(std::string_view name);
  // Those whose names begin so, by name.
  Result<std::vector<WorkflowRecord>> ListWorkflows(std::string_view name_prefix);
  Result<RevisionRecord> FindRevision(std::int64_t workflow, std::int64_t number);
  // The newest first.
  Result<std::vector<RevisionRecord>> ListRevisions(std::int64_t workflow);

  // Answers the key. Error: kConflict when the name is taken.
  Result<std::int64_t> CreateExecution(const ExecutionRecord& execution);
  // One that was queued begins.
  Status StartExecution(std::int64_t key, TimePoint time);
  // Several in one transaction. Of executions that were deleted meanwhile nothing is written.
  Status SaveProgress(const std::vector<ExecutionProgress>& progress);
  Result<ExecutionRecord> FindExecution(std::string_view name);
  // Of one workflow, in the order of creation.
  Result<std::vector<ExecutionRecord>> ListExecutions(std::int64_t workflow);
  // ACTIVE and QUEUED ones, in the order of creation.
  Result<std::vector<UnfinishedExecution>> Unfinished();
  // Its state cannot be read: it is kept for whoever can make something of it, and the execution is
  // UNAVAILABLE from now on. `error` is the execution's, JSON.
  Status SetAside(std::int64_t key, TimePoint time, std::string_view error);
  // Steps and variables of an execution that is over.
  Status DeleteHistory(std::int64_t key);
  // By id.
  Result<std::vector<StepEntryRecord>> StepEntries(std::int64_t execution);

  Status PutOperation(const OperationRecord& operation);
  Result<OperationRecord> FindOperation(std::string_view name);
  // The newest first.
  Result<std::vector<OperationRecord>> ListOperations(std::string_view name_prefix);
  Status DeleteOperation(std::string_view name);

  // Empties it.
  Status Reset();

 private:
  struct Running;
  explicit WorkflowStore(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal::workflows
