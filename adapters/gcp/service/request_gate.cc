#include "adapters/gcp/service/request_gate_internal.h"

namespace hyperlocal {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};  // at whether the request was cancelled

}  // namespace

RequestGate::Entry::Entry(RequestGate& gate) : gate_(gate) {
  const std::lock_guard lock(gate_.mutex_);
  admitted_ = !gate_.closed_;
  if (admitted_) ++gate_.entered_;
}

RequestGate::Entry::~Entry() {
  if (!admitted_) return;
  const std::lock_guard lock(gate_.mutex_);
  --gate_.entered_;
  gate_.changed_.notify_all();
}

Status RequestGate::AwaitTurn(const CancellationToken& cancel) {
  std::unique_lock lock(mutex_);
  while (at_once_ > 0 && working_ >= at_once_) {
    if (cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped before its turn came"};
    changed_.wait_for(lock, kBetweenLooks);
  }
  ++working_;
  return Ok();
}

RequestGate::Turn::~Turn() {
  const std::lock_guard lock(gate_.mutex_);
  --gate_.working_;
  gate_.changed_.notify_all();
}

bool RequestGate::Close() {
  const std::lock_guard lock(mutex_);
  const bool was_open = !closed_;
  closed_ = true;
  return was_open;
}

bool RequestGate::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t RequestGate::entered() const {
  const std::lock_guard lock(mutex_);
  return entered_;
}

bool RequestGate::AwaitEmpty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return entered_ == 0; });
}

}  // namespace hyperlocal
