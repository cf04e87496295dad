#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "engine/error/result.h"
#include "fakes/sqlite/database_internal.h"

namespace hyperlocal::workflows {

// Changes of a database from any number of threads, those that come together in one transaction:
// one sync for all of them. There is no thread for it: whoever comes first does the work for those
// who come meanwhile.
class GroupedWrites {
 public:
  // May be called again by nobody but this class, within a transaction; must not wait for anything.
  using Change = std::function<Status(sqlite::Database&)>;

  // `connection` guards the database where others use it too; null: nobody does.
  GroupedWrites(sqlite::Database& database, std::mutex* connection)
      : database_(database), connection_(connection) {}

  // Answers when the change is kept, or was undone: then with its own error, or the database's.
  // One that fails takes no other with it.
  Status Run(const Change& change);

 private:
  struct Waiting {
    const Change* change = nullptr;
    Status status = Ok();
    bool done = false;
    bool leads = false;
    std::condition_variable woken;
  };
  using Group = std::vector<Waiting*>;

  void Commit(const Group& group);
  Status CommitOpen(const Group& group);

  sqlite::Database& database_;
  std::mutex* const connection_;
  std::mutex mutex_;  // guards what follows
  std::deque<Waiting*> queue_;
  bool leading_ = false;
};

}  // namespace hyperlocal::workflows
