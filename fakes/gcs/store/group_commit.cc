#include "fakes/gcs/store/group_commit_internal.h"

#include <algorithm>
#include <utility>

#include "fakes/gcs/store/record_codec_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostChanges = 512;  // of one commit
// After a commit of several changes, their makers come again at once. Without this moment of
// patience, the first of them would have a sync of its own, and the others wait for it.
constexpr std::chrono::microseconds kPatience{100};
constexpr std::chrono::seconds kBetweenUpkeeps{1};

}  // namespace

std::int64_t WriteTransaction::NextGeneration() {
  generation_ = std::max(Micros(now_), generation_ + 1);
  return generation_;
}

GroupCommit::GroupCommit(Parts parts, std::int64_t generation)
    : parts_(std::move(parts)), generation_(generation), saved_generation_(generation) {}

Status GroupCommit::Run(const Change& change) {
  Waiting mine;
  mine.change = &change;
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  if (leading_) {
    arrived_.notify_one();
    mine.woken.wait(lock, [&] { return mine.done || mine.leads; });
    if (mine.done) return std::move(mine.status);
  }
  leading_ = true;
  CollectMore(lock);
  Batch batch;
  while (!queue_.empty() && batch.size() < kMostChanges) {
    batch.push_back(queue_.front());
    queue_.pop_front();
  }
  lock.unlock();
  Commit(batch);
  lock.lock();
  last_batch_ = batch.size();
  for (Waiting* const waiting : batch) {
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

std::size_t GroupCommit::waiting() {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void GroupCommit::CollectMore(std::unique_lock<std::mutex>& lock) {
  if (parts_.shared_connection != nullptr || last_batch_ < 2) return;
  const auto until = std::chrono::steady_clock::now() + kPatience;
  arrived_.wait_until(lock, until, [&] { return queue_.size() >= last_batch_; });
}

void GroupCommit::Commit(const Batch& batch) {
  std::unique_lock<std::mutex> connection;
  if (parts_.shared_connection != nullptr) connection = std::unique_lock(*parts_.shared_connection);
  WriteTransaction transaction(*parts_.database, *parts_.shelf, generation_);
  Status committed = CommitOpen(batch, transaction);
  if (!committed.has_value()) {
    if (parts_.database->InTransaction()) (void)parts_.database->Execute("ROLLBACK");
    transaction.dropped_uploads_.clear();
    for (Waiting* const waiting : batch) {
      if (waiting->status.has_value()) waiting->status = Error(committed.error());
    }
  } else {
    saved_generation_ = generation_;
  }
  RemoveUnused(transaction);
  for (const std::string& upload : transaction.dropped_uploads_) parts_.shelf->DropUpload(upload);
}

Status GroupCommit::CommitOpen(const Batch& batch, WriteTransaction& transaction) {
  Database& database = *parts_.database;
  HYPERLOCAL_TRY_STATUS(Query(database, "BEGIN IMMEDIATE").Run());
  const bool alone = batch.size() == 1;
  bool any = false;
  for (Waiting* const waiting : batch) {
    transaction.now_ = TimeOf(Micros(parts_.now()));
    waiting->status = RunOne(*waiting->change, transaction, alone);
    // A full disk, for example, ends the transaction with everything in it.
    if (!database.InTransaction()) return database.LastError("the change was undone by SQLite");
    any = any || waiting->status.has_value();
  }
  if (!any) return Error{ErrorCode::kIo, "no change succeeded"};  // nobody gets to see this
  if (parts_.upkeep && transaction.now_ >= next_upkeep_) {
    next_upkeep_ = transaction.now_ + kBetweenUpkeeps;
    (void)RunOne(parts_.upkeep, transaction, false);
  }
  if (generation_ != saved_generation_) {
    HYPERLOCAL_TRY_STATUS(Query(database, "UPDATE meta SET value = ?1 WHERE name = 'generation'")
                              .Bind(generation_)
                              .Run());
  }
  HYPERLOCAL_TRY_STATUS(parts_.shelf->SyncNames());
  return Query(database, "COMMIT").Run();
}

// `alone`: whoever fails is undone with the whole transaction.
Status GroupCommit::RunOne(const Change& change, WriteTransaction& transaction, bool alone) {
  if (alone) return change(transaction);
  Database& database = *parts_.database;
  const std::size_t dropped = transaction.dropped_uploads_.size();
  HYPERLOCAL_TRY_STATUS(Query(database, "SAVEPOINT one_change").Run());
  Status status = change(transaction);
  if (!status.has_value() && database.InTransaction()) {
    transaction.dropped_uploads_.resize(dropped);
    HYPERLOCAL_TRY_STATUS(Query(database, "ROLLBACK TO one_change").Run());
  }
  if (database.InTransaction()) {
    HYPERLOCAL_TRY_STATUS(Query(database, "RELEASE one_change").Run());
  }
  return status;
}

void GroupCommit::RemoveUnused(WriteTransaction& transaction) {
  for (const auto& [id, file] : transaction.maybe_unused_) {
    Query query(*parts_.database, "SELECT 1 FROM content WHERE id = ?1");
    query.Bind(id);
    const auto known = query.Step();
    // When the database cannot tell, the file stays; the next start finds it.
    if (known.has_value() && !*known) parts_.shelf->Remove(file);
  }
}

}  // namespace hyperlocal::gcs
