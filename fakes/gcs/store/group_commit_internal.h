#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/store/content_shelf_internal.h"
#include "fakes/gcs/store/database_internal.h"
#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

class GroupCommit;

// What a change of the store may use while it is made.
class WriteTransaction {
 public:
  Database& database() const { return database_; }
  ContentShelf& shelf() const { return shelf_; }
  // The same within one change.
  Timestamp now() const { return now_; }
  // Grows with every call, whatever the clock does, across restarts too.
  std::int64_t NextGeneration();
  // A content on the shelf that this change gave a name or took the last reference from. When all
  // is committed, or not, it is removed unless the database knows it.
  void MayBeUnused(std::int64_t id, std::string file) {
    maybe_unused_.insert_or_assign(id, std::move(file));
  }
  // An upload whose bytes are not needed once this is committed.
  void DropUploadAfterwards(std::string upload) { dropped_uploads_.push_back(std::move(upload)); }

 private:
  friend class GroupCommit;
  WriteTransaction(Database& database, ContentShelf& shelf, std::int64_t& generation)
      : database_(database), shelf_(shelf), generation_(generation) {}

  Database& database_;
  ContentShelf& shelf_;
  std::int64_t& generation_;
  Timestamp now_;
  std::map<std::int64_t, std::string> maybe_unused_;
  std::vector<std::string> dropped_uploads_;
};

// Changes of the store, one after the other, durable when Run returns. Changes that arrive while
// others are being committed are committed together: one sync of the disk for all of them. Whoever
// comes first does the work for the others; a change that comes alone is not delayed.
class GroupCommit {
 public:
  using Change = std::function<Status(WriteTransaction&)>;

  struct Parts {
    Database* database = nullptr;
    ContentShelf* shelf = nullptr;
    std::function<Timestamp()> now;
    // Held while changes are made, when readers share the connection; or null.
    std::mutex* shared_connection = nullptr;
    // Done after the changes of a commit, now and then; what fails in it is undone.
    Change upkeep;
  };
  // `generation`: the last one that was given out. All parts must outlive it.
  GroupCommit(Parts parts, std::int64_t generation);

  // The change runs in some thread, perhaps another one, and must not call Run or read the store
  // by other ways than its transaction. When it fails, nothing of it remains; the answer is its
  // error. Error kIo besides: it could not be committed.
  Status Run(const Change& change);
  // Changes that wait for a commit to end.
  std::size_t waiting();

 private:
  struct Waiting {
    const Change* change = nullptr;
    Status status = Ok();
    bool done = false;
    bool leads = false;
    std::condition_variable woken;
  };
  using Batch = std::vector<Waiting*>;

  void CollectMore(std::unique_lock<std::mutex>& lock);
  void Commit(const Batch& batch);
  Status CommitOpen(const Batch& batch, WriteTransaction& transaction);
  Status RunOne(const Change& change, WriteTransaction& transaction, bool alone);
  void RemoveUnused(WriteTransaction& transaction);

  const Parts parts_;
  std::int64_t generation_;
  std::int64_t saved_generation_;
  Timestamp next_upkeep_{};

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Waiting*> queue_;
  bool leading_ = false;
  std::size_t last_batch_ = 1;
};

}  // namespace hyperlocal::gcs
