#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/store/database_internal.h"

namespace hyperlocal::gcs {

// Connections that only read: one for every thread that reads at the moment. On disk they see the
// last commit and wait for nobody; in memory there is only one connection, the writer's, and they
// take turns.
class ReadConnections {
 public:
  // Of the database in that file, which is there.
  explicit ReadConnections(std::filesystem::path file) : file_(std::move(file)) {}
  // The one connection, and its lock.
  ReadConnections(Database& shared, std::mutex& mutex) : shared_(&shared), shared_mutex_(&mutex) {}

  // A connection for as long as this lives.
  class Lease {
   public:
    Lease(ReadConnections& owner, std::unique_ptr<Database> own)
        : owner_(owner), own_(std::move(own)) {}
    explicit Lease(ReadConnections& owner)
        : owner_(owner), lock_(std::unique_lock(*owner.shared_mutex_)) {}
    ~Lease() {
      if (own_ != nullptr) owner_.Return(std::move(own_));
    }
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;

    Database& operator*() const { return own_ != nullptr ? *own_ : *owner_.shared_; }

   private:
    ReadConnections& owner_;
    std::unique_ptr<Database> own_;
    std::unique_lock<std::mutex> lock_;
  };
  Result<Lease> Take();

 private:
  void Return(std::unique_ptr<Database> connection);

  std::filesystem::path file_;
  Database* shared_ = nullptr;
  std::mutex* shared_mutex_ = nullptr;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

}  // namespace hyperlocal::gcs
