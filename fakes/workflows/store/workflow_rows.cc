#include <utility>

#include "fakes/workflows/store/workflow_store_internal.h"

// Workflows, their revisions, and operations.
namespace hyperlocal::workflows {
namespace {

using sqlite::Database;
using sqlite::Query;

constexpr const char* kWorkflow =
    "SELECT key, name, created, updated, revision, settings FROM workflow WHERE name = ?1";
constexpr const char* kWorkflows =
    "SELECT key, name, created, updated, revision, settings FROM workflow "
    "WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name";

WorkflowRecord WorkflowOf(const Query& row) {
  return {.key = row.Number(0),
          .name = TextOf(row, 1),
          .created = TimeOf(row.Number(2)),
          .updated = TimeOf(row.Number(3)),
          .revision = row.Number(4),
          .settings = TextOf(row, 5)};
}

RevisionRecord RevisionOf(const Query& row) {
  return {.workflow = row.Number(0),
          .number = row.Number(1),
          .id = TextOf(row, 2),
          .created = TimeOf(row.Number(3)),
          .source = TextOf(row, 4),
          .settings = TextOf(row, 5)};
}

OperationRecord OperationOf(const Query& row) {
  return {.name = TextOf(row, 0), .created = TimeOf(row.Number(1)), .body = TextOf(row, 2)};
}

Error Missing(std::string_view what, std::string_view name) {
  return Error{ErrorCode::kNotFound, std::string(what) + " '" + std::string(name) + "' not found"};
}

Result<WorkflowRecord> Find(Database& database, std::string_view name) {
  Query row(database, kWorkflow);
  row.Bind(name);
  HYPERLOCAL_TRY(const bool found, row.Step());
  if (!found) return Missing("Workflow", name);
  return WorkflowOf(row);
}

Status AddRevision(Database& database, std::int64_t workflow, const RevisionRecord& revision) {
  return Query(database,
               "INSERT INTO revision(workflow, number, id, created, source, settings) "
               "VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
      .Bind(workflow, revision.number, revision.id, Micros(revision.created), revision.source,
            revision.settings)
      .Run();
}

}  // namespace

Status WorkflowStore::CreateWorkflow(const WorkflowRecord& workflow,
                                     const RevisionRecord& revision) {
  return running_->writes.Run([&](Database& database) -> Status {
    if (Find(database, workflow.name)) {
      return Error{ErrorCode::kConflict, "Workflow '" + workflow.name + "' already exists"};
    }
    HYPERLOCAL_TRY_STATUS(Query(database,
                                "INSERT INTO workflow(name, created, updated, revision, settings) "
                                "VALUES(?1, ?2, ?3, ?4, ?5)")
                              .Bind(workflow.name, Micros(workflow.created),
                                    Micros(workflow.updated), workflow.revision, workflow.settings)
                              .Run());
    HYPERLOCAL_TRY(const WorkflowRecord created, Find(database, workflow.name));
    return AddRevision(database, created.key, revision);
  });
}

Status WorkflowStore::UpdateWorkflow(const WorkflowRecord& workflow,
                                     const RevisionRecord* revision) {
  return running_->writes.Run([&](Database& database) -> Status {
    HYPERLOCAL_TRY(const WorkflowRecord before, Find(database, workflow.name));
    if (revision != nullptr) {
      if (revision->number != before.revision + 1) {
        return Error{ErrorCode::kConflict,
                     "Workflow '" + workflow.name + "' was changed by somebody else meanwhile"};
      }
      HYPERLOCAL_TRY_STATUS(AddRevision(database, before.key, *revision));
    }
    return Query(database,
                 "UPDATE workflow SET updated = ?2, revision = ?3, settings = ?4 WHERE key = ?1")
        .Bind(before.key, Micros(workflow.updated),
              revision == nullptr ? before.revision : revision->number, workflow.settings)
        .Run();
  });
}

Status WorkflowStore::DeleteWorkflow(std::string_view name) {
  return running_->writes.Run([&](Database& database) -> Status {
    HYPERLOCAL_TRY(const WorkflowRecord workflow, Find(database, name));
    for (const char* const sql :
         {"DELETE FROM step_entry WHERE execution IN (SELECT key FROM execution WHERE workflow = "
          "?1)",
          "DELETE FROM progress WHERE execution IN (SELECT key FROM execution WHERE workflow = ?1)",
          "DELETE FROM execution WHERE workflow = ?1", "DELETE FROM revision WHERE workflow = ?1",
          "DELETE FROM workflow WHERE key = ?1"}) {
      HYPERLOCAL_TRY_STATUS(Query(database, sql).Bind(workflow.key).Run());
    }
    return Ok();
  });
}

Result<WorkflowRecord> WorkflowStore::FindWorkflow(std::string_view name) {
  return running_->Read([&](Database& database) { return Find(database, name); });
}

Result<std::vector<WorkflowRecord>> WorkflowStore::ListWorkflows(std::string_view name_prefix) {
  return running_->Read([&](Database& database) -> Result<std::vector<WorkflowRecord>> {
    std::vector<WorkflowRecord> workflows;
    Query row(database, kWorkflows);
    row.Bind(name_prefix);
    for (;;) {
      HYPERLOCAL_TRY(const bool more, row.Step());
      if (!more) return workflows;
      workflows.push_back(WorkflowOf(row));
    }
  });
}

Result<RevisionRecord> WorkflowStore::FindRevision(std::int64_t workflow, std::int64_t number) {
  return running_->Read([&](Database& database) -> Result<RevisionRecord> {
    Query row(database,
              "SELECT workflow, number, id, created, source, settings FROM revision "
              "WHERE workflow = ?1 AND number = ?2");
    row.Bind(workflow, number);
    HYPERLOCAL_TRY(const bool found, row.Step());
    if (!found) return Missing("Revision", std::to_string(number));
    return RevisionOf(row);
  });
}

Result<std::vector<RevisionRecord>> WorkflowStore::ListRevisions(std::int64_t workflow) {
  return running_->Read([&](Database& database) -> Result<std::vector<RevisionRecord>> {
    std::vector<RevisionRecord> revisions;
    Query row(database,
              "SELECT workflow, number, id, created, source, settings FROM revision "
              "WHERE workflow = ?1 ORDER BY number DESC");
    row.Bind(workflow);
    for (;;) {
      HYPERLOCAL_TRY(const bool more, row.Step());
      if (!more) return revisions;
      revisions.push_back(RevisionOf(row));
    }
  });
}

Status WorkflowStore::PutOperation(const OperationRecord& operation) {
  return running_->writes.Run([&](Database& database) {
    return Query(database,
                 "INSERT OR REPLACE INTO operation(name, created, body) VALUES(?1, ?2, ?3)")
        .Bind(operation.name, Micros(operation.created), operation.body)
        .Run();
  });
}

Result<OperationRecord> WorkflowStore::FindOperation(std::string_view name) {
  return running_->Read([&](Database& database) -> Result<OperationRecord> {
    Query row(database, "SELECT name, created, body FROM operation WHERE name = ?1");
    row.Bind(name);
    HYPERLOCAL_TRY(const bool found, row.Step());
    if (!found) return Missing("Operation", name);
    return OperationOf(row);
  });
}

Result<std::vector<OperationRecord>> WorkflowStore::ListOperations(std::string_view name_prefix) {
  return running_->Read([&](Database& database) -> Result<std::vector<OperationRecord>> {
    std::vector<OperationRecord> operations;
    Query row(database,
              "SELECT name, created, body FROM operation "
              "WHERE substr(name, 1, length(?1)) = ?1 ORDER BY created DESC, name");
    row.Bind(name_prefix);
    for (;;) {
      HYPERLOCAL_TRY(const bool more, row.Step());
      if (!more) return operations;
      operations.push_back(OperationOf(row));
    }
  });
}

Status WorkflowStore::DeleteOperation(std::string_view name) {
  HYPERLOCAL_TRY_STATUS(FindOperation(name));
  return running_->writes.Run([&](Database& database) {
    return Query(database, "DELETE FROM operation WHERE name = ?1").Bind(name).Run();
  });
}

}  // namespace hyperlocal::workflows
