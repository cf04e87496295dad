#include "fakes/workflows/store/grouped_writes_internal.h"

#include <utility>

namespace hyperlocal::workflows {

using sqlite::Query;

Status GroupedWrites::Run(const Change& change) {
  Waiting mine;
  mine.change = &change;
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  if (leading_) {
    mine.woken.wait(lock, [&] { return mine.done || mine.leads; });
    if (mine.done) return std::move(mine.status);
  }
  leading_ = true;
  const Group group(queue_.begin(), queue_.end());
  queue_.clear();
  lock.unlock();
  Commit(group);
  lock.lock();
  for (Waiting* const waiting : group) {
    waiting->done = true;
    if (waiting != &mine) waiting->woken.notify_one();
  }
  if (queue_.empty()) {
    leading_ = false;
  } else {
    queue_.front()->leads = true;
    queue_.front()->woken.notify_one();
  }
  return std::move(mine.status);
}

void GroupedWrites::Commit(const Group& group) {
  std::unique_lock<std::mutex> held;
  if (connection_ != nullptr) held = std::unique_lock(*connection_);
  const Status committed = CommitOpen(group);
  if (committed.has_value()) return;
  if (database_.InTransaction()) (void)database_.Execute("ROLLBACK");
  for (Waiting* const waiting : group) {
    if (waiting->status.has_value()) waiting->status = Error(committed.error());
  }
}

Status GroupedWrites::CommitOpen(const Group& group) {
  HYPERLOCAL_TRY_STATUS(Query(database_, "BEGIN IMMEDIATE").Run());
  for (Waiting* const waiting : group) {
    HYPERLOCAL_TRY_STATUS(Query(database_, "SAVEPOINT one_change").Run());
    waiting->status = (*waiting->change)(database_);
    // A full disk, for example, ends the transaction with everything in it.
    if (!database_.InTransaction()) return database_.LastError("the change was undone by SQLite");
    if (!waiting->status.has_value()) {
      HYPERLOCAL_TRY_STATUS(Query(database_, "ROLLBACK TO one_change").Run());
    }
    HYPERLOCAL_TRY_STATUS(Query(database_, "RELEASE one_change").Run());
  }
  return Query(database_, "COMMIT").Run();
}

}  // namespace hyperlocal::workflows
