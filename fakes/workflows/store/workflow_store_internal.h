#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/file/file_descriptor_internal.h"
#include "fakes/sqlite/database_internal.h"
#include "fakes/workflows/store/grouped_writes_internal.h"
#include "fakes/workflows/store/workflow_store.h"

namespace hyperlocal::workflows {

// Makes the tables of a new database, or checks that they are of a version that is known. Error:
// kDependencyUnavailable with both versions.
Status PrepareSchema(sqlite::Database& database);

struct WorkflowStore::Running {
  Running(FileDescriptor lock_held, std::unique_ptr<sqlite::Database> writing,
          std::unique_ptr<sqlite::Database> other)
      : lock(std::move(lock_held)),
        writer(std::move(writing)),
        reader(std::move(other)),
        writes(*writer, reader == nullptr ? &reading : nullptr) {}

  // Calls `look` with a connection that sees everything committed so far.
  template <typename Look>
  auto Read(Look look) {
    const std::lock_guard held(reading);
    return look(reader == nullptr ? *writer : *reader);
  }

  FileDescriptor lock;
  std::unique_ptr<sqlite::Database> writer;
  std::unique_ptr<sqlite::Database> reader;  // null in memory: the writer reads
  std::mutex reading;                        // guards the connection that reads
  GroupedWrites writes;
};

// Times are microseconds since 1970.
inline std::int64_t Micros(TimePoint time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline std::optional<std::int64_t> Micros(const std::optional<TimePoint>& time) {
  return time ? std::optional(Micros(*time)) : std::nullopt;
}
inline TimePoint TimeOf(std::int64_t micros) {
  return TimePoint(std::chrono::microseconds(micros));
}
inline std::optional<TimePoint> TimeOf(const std::optional<std::int64_t>& micros) {
  return micros ? std::optional(TimeOf(*micros)) : std::nullopt;
}
inline std::string TextOf(const sqlite::Query& query, int column) {
  return std::string(query.Bytes(column));
}

}  // namespace hyperlocal::workflows
