#include <utility>

#include "fakes/workflows/store/workflow_store_internal.h"

// Executions and their steps.
namespace hyperlocal::workflows {
namespace {

using sqlite::Database;
using sqlite::Query;

Error NoExecution(std::string_view name) {
  return Error{ErrorCode::kNotFound, "Execution '" + std::string(name) + "' not found"};
}

// The columns that a list shows.
ExecutionRecord HeadOf(const Query& row) {
  ExecutionRecord execution;
  execution.key = row.Number(0);
  execution.name = TextOf(row, 1);
  execution.workflow = row.Number(2);
  execution.revision = row.Number(3);
  execution.revision_id = TextOf(row, 4);
  execution.state = static_cast<ApiState>(row.Number(5));
  execution.created = TimeOf(row.Number(6));
  execution.started = TimeOf(row.NumberIfAny(7));
  execution.ended = TimeOf(row.NumberIfAny(8));
  execution.settings = TextOf(row, 9);
  return execution;
}

ExecutionRecord WholeOf(const Query& row) {
  ExecutionRecord execution = HeadOf(row);
  execution.argument = TextOf(row, 10);
  execution.result = TextOf(row, 11);
  execution.error = TextOf(row, 12);
  execution.steps = TextOf(row, 13);
  execution.callbacks = TextOf(row, 14);
  return execution;
}

// Whether there is still something to be written of it.
Result<bool> IsUnfinished(Database& database, std::int64_t key) {
  Query row(database, "SELECT 1 FROM execution WHERE key = ?1 AND ended IS NULL");
  row.Bind(key);
  return row.Step();
}

Status SaveEntries(Database& database, const ExecutionProgress& progress) {
  for (const StepEntryRecord& entry : progress.begun) {
    HYPERLOCAL_TRY_STATUS(
        Query(
            database,
            "INSERT OR REPLACE INTO step_entry(execution, id, parent, routine, step, type, state, "
            "thread, number, expected, created, updated, exception) "
            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")
            .Bind(progress.key, entry.id, entry.parent, entry.routine, entry.step,
                  std::int64_t{entry.type}, std::int64_t{entry.state}, std::int64_t{entry.thread},
                  entry.number, entry.expected, Micros(entry.created), Micros(entry.updated),
                  entry.exception)
            .Run());
  }
  for (const ExecutionProgress::Ended& ended : progress.finished) {
    HYPERLOCAL_TRY_STATUS(Query(database,
                                "UPDATE step_entry SET state = ?3, updated = ?4, exception = ?5 "
                                "WHERE execution = ?1 AND id = ?2")
                              .Bind(progress.key, ended.id, std::int64_t{ended.state},
                                    Micros(ended.time), ended.exception)
                              .Run());
  }
  return Ok();
}

Status SaveOne(Database& database, const ExecutionProgress& progress) {
  HYPERLOCAL_TRY(const bool unfinished, IsUnfinished(database, progress.key));
  if (!unfinished) return Ok();
  HYPERLOCAL_TRY_STATUS(Query(database,
                              "UPDATE execution SET state = ?2, ended = ?3, result = ?4, "
                              "error = ?5, steps = ?6, callbacks = ?7 WHERE key = ?1")
                            .Bind(progress.key, static_cast<std::int64_t>(progress.state),
                                  Micros(progress.ended), progress.result, progress.error,
                                  progress.steps, progress.callbacks)
                            .Run());
  if (progress.ended) {
    HYPERLOCAL_TRY_STATUS(
        Query(database, "DELETE FROM progress WHERE execution = ?1").Bind(progress.key).Run());
  } else {
    HYPERLOCAL_TRY_STATUS(
        Query(database, "INSERT OR REPLACE INTO progress(execution, bytes) VALUES(?1, ?2)")
            .Bind(progress.key, progress.bytes)
            .Run());
  }
  return SaveEntries(database, progress);
}

}  // namespace

Result<std::int64_t> WorkflowStore::CreateExecution(const ExecutionRecord& execution) {
  std::int64_t key = 0;
  Status created = running_->writes.Run([&](Database& database) -> Status {
    {
      Query row(database, "SELECT 1 FROM execution WHERE name = ?1");
      row.Bind(execution.name);
      HYPERLOCAL_TRY(const bool taken, row.Step());
      if (taken) {
        return Error{ErrorCode::kConflict, "Execution '" + execution.name + "' already exists"};
      }
    }
    {
      Query row(database, "SELECT 1 FROM workflow WHERE key = ?1");
      row.Bind(execution.workflow);
      HYPERLOCAL_TRY(const bool there, row.Step());
      if (!there) return Error{ErrorCode::kNotFound, "the workflow was deleted meanwhile"};
    }
    HYPERLOCAL_TRY_STATUS(
        Query(database,
              "INSERT INTO execution(name, workflow, revision, revision_id, state, created, "
              "started, ended, settings, argument, result, error, steps, callbacks) "
              "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")
            .Bind(execution.name, execution.workflow, execution.revision, execution.revision_id,
                  static_cast<std::int64_t>(execution.state), Micros(execution.created),
                  Micros(execution.started), Micros(execution.ended), execution.settings,
                  execution.argument, execution.result, execution.error, execution.steps,
                  execution.callbacks)
            .Run());
    HYPERLOCAL_TRY(key, database.Number("SELECT last_insert_rowid()"));
    return Ok();
  });
  if (!created) return std::move(created).error();
  return key;
}

Status WorkflowStore::StartExecution(std::int64_t key, TimePoint time) {
  return running_->writes.Run([&](Database& database) {
    return Query(database,
                 "UPDATE execution SET state = 1, started = ?2 WHERE key = ?1 AND state = 6")
        .Bind(key, Micros(time))
        .Run();
  });
}

Status WorkflowStore::SaveProgress(const std::vector<ExecutionProgress>& progress) {
  if (progress.empty()) return Ok();
  return running_->writes.Run([&](Database& database) -> Status {
    for (const ExecutionProgress& one : progress) {
      HYPERLOCAL_TRY_STATUS(SaveOne(database, one));
    }
    return Ok();
  });
}

Result<ExecutionRecord> WorkflowStore::FindExecution(std::string_view name) {
  return running_->Read([&](Database& database) -> Result<ExecutionRecord> {
    Query row(database,
              "SELECT key, name, workflow, revision, revision_id, state, created, started, ended, "
              "settings, argument, result, error, steps, callbacks FROM execution "
              "WHERE name = ?1");
    row.Bind(name);
    HYPERLOCAL_TRY(const bool found, row.Step());
    if (!found) return NoExecution(name);
    return WholeOf(row);
  });
}

Result<std::vector<ExecutionRecord>> WorkflowStore::ListExecutions(std::int64_t workflow) {
  return running_->Read([&](Database& database) -> Result<std::vector<ExecutionRecord>> {
    std::vector<ExecutionRecord> executions;
    Query row(database,
              "SELECT key, name, workflow, revision, revision_id, state, created, started, ended, "
              "settings FROM execution WHERE workflow = ?1 ORDER BY key");
    row.Bind(workflow);
    for (;;) {
      HYPERLOCAL_TRY(const bool more, row.Step());
      if (!more) return executions;
      executions.push_back(HeadOf(row));
    }
  });
}

Result<std::vector<UnfinishedExecution>> WorkflowStore::Unfinished() {
  return running_->Read([&](Database& database) -> Result<std::vector<UnfinishedExecution>> {
    std::vector<UnfinishedExecution> unfinished;
    Query row(database,
              "SELECT key, name, workflow, revision, revision_id, state, created, started, ended, "
              "settings, argument, result, error, steps, callbacks, bytes FROM execution "
              "LEFT JOIN progress ON execution = key WHERE ended IS NULL ORDER BY key");
    for (;;) {
      HYPERLOCAL_TRY(const bool more, row.Step());
      if (!more) return unfinished;
      unfinished.push_back({.record = WholeOf(row), .bytes = TextOf(row, 15)});
    }
  });
}

Status WorkflowStore::SetAside(std::int64_t key, TimePoint time, std::string_view error) {
  return running_->writes.Run([&](Database& database) -> Status {
    HYPERLOCAL_TRY_STATUS(Query(database,
                                "INSERT OR REPLACE INTO set_aside(execution, time, bytes) "
                                "SELECT execution, ?2, bytes FROM progress WHERE execution = ?1")
                              .Bind(key, Micros(time))
                              .Run());
    HYPERLOCAL_TRY_STATUS(
        Query(database, "DELETE FROM progress WHERE execution = ?1").Bind(key).Run());
    return Query(database, "UPDATE execution SET state = 5, ended = ?2, error = ?3 WHERE key = ?1")
        .Bind(key, Micros(time), error)
        .Run();
  });
}

Status WorkflowStore::DeleteHistory(std::int64_t key) {
  return running_->writes.Run([&](Database& database) {
    return Query(database, "DELETE FROM step_entry WHERE execution = ?1").Bind(key).Run();
  });
}

Result<std::vector<StepEntryRecord>> WorkflowStore::StepEntries(std::int64_t execution) {
  return running_->Read([&](Database& database) -> Result<std::vector<StepEntryRecord>> {
    std::vector<StepEntryRecord> entries;
    Query row(database,
              "SELECT id, parent, routine, step, type, state, thread, number, expected, created, "
              "updated, exception FROM step_entry WHERE execution = ?1 ORDER BY id");
    row.Bind(execution);
    for (;;) {
      HYPERLOCAL_TRY(const bool more, row.Step());
      if (!more) return entries;
      entries.push_back({.id = row.Number(0),
                         .parent = row.Number(1),
                         .routine = TextOf(row, 2),
                         .step = TextOf(row, 3),
                         .type = static_cast<std::uint8_t>(row.Number(4)),
                         .state = static_cast<std::uint8_t>(row.Number(5)),
                         .thread = static_cast<std::uint32_t>(row.Number(6)),
                         .number = row.Number(7),
                         .expected = row.NumberIfAny(8),
                         .created = TimeOf(row.Number(9)),
                         .updated = TimeOf(row.Number(10)),
                         .exception = TextOf(row, 11)});
    }
  });
}

}  // namespace hyperlocal::workflows
