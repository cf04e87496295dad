#include <sys/socket.h>

#include <utility>

#include "engine/http/connection_registry_internal.h"

namespace hyperlocal {

AcceptedConnection& ConnectionRegistry::Add(FileDescriptor socket, std::string peer) {
  auto connection = std::make_unique<AcceptedConnection>(std::move(socket), std::move(peer));
  const std::lock_guard lock(mutex_);
  connection->place_ = connections_.size();
  connections_.push_back(std::move(connection));
  return *connections_.back();
}

void ConnectionRegistry::Remove(AcceptedConnection& connection) {
  std::unique_ptr<AcceptedConnection> removed;  // closed after the lock
  const std::lock_guard lock(mutex_);
  const std::size_t place = connection.place_;
  removed = std::move(connections_[place]);
  if (place + 1 != connections_.size()) {
    connections_[place] = std::move(connections_.back());
    connections_[place]->place_ = place;
  }
  connections_.pop_back();
  if (connections_.empty()) emptied_.notify_all();
}

std::size_t ConnectionRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

void ConnectionRegistry::ExpireAt(AcceptedConnection::Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) connection->ExpireAt(now);
}

void ConnectionRegistry::CutAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) connection->socket.Shut(SHUT_RDWR);
}

bool ConnectionRegistry::AwaitEmpty(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, time, [this] { return connections_.empty(); });
}

}  // namespace hyperlocal
