#include "fakes/gcs/store/read_connections_internal.h"

#include <cstddef>

namespace hyperlocal::gcs {
namespace {

// More than that are closed again: each holds a few files and up to a mebibyte of pages.
constexpr std::size_t kMostIdle = 32;

}  // namespace

Result<ReadConnections::Lease> ReadConnections::Take() {
  if (shared_ != nullptr) return Lease(*this);
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Database> connection = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(connection));
    }
  }
  HYPERLOCAL_TRY(auto connection, Database::Open(file_, Database::Access::kReadOnly));
  return Lease(*this, std::move(connection));
}

void ReadConnections::Return(std::unique_ptr<Database> connection) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
}

}  // namespace hyperlocal::gcs
