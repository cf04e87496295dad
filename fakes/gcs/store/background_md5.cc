#include "fakes/gcs/store/background_md5_internal.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kLongPiece = std::size_t{32} << 10;  // below it a thread costs more than MD5
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
// 8 MiB, 11 ms of MD5: what it takes to sync a large file on a quiet disk, and a bit.
constexpr std::size_t kMostPieces = 32;
// With hundreds of uploads at once, which wait for the processor anyway, each has only these.
constexpr std::size_t kOwnPieces = 2;
constexpr std::size_t kSharedPieces = 128;

// How many of the shared pieces are out.
std::atomic<std::size_t> shared_pieces{0};

bool TakeSharedPiece() {
  if (shared_pieces.fetch_add(1, std::memory_order_relaxed) < kSharedPieces) return true;
  shared_pieces.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

}  // namespace

class BackgroundMd5::Worker {
 public:
  explicit Worker(Md5Hash& hash) : hash_(hash), thread_([this] { Run(); }) {}
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      waiting_.clear();
    }
    Finish();
  }

  // After Close. False: too late, the thread has ended or will at once.
  bool GoOn() {
    const std::lock_guard lock(mutex_);
    if (!ended_) closing_ = false;
    return !ended_;
  }

  // At most kPieceBytes. Waits while there is no piece for them.
  void Pass(std::string_view bytes) {
    Piece piece = EmptyPiece();
    std::memcpy(piece.bytes.get(), bytes.data(), bytes.size());
    piece.size = bytes.size();
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(piece));
    }
    work_.notify_one();
  }

  // The thread ends when it has nothing left. True: it has nothing left.
  bool Close() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    work_.notify_one();
    return waiting_.empty() && !busy_;
  }

  void Finish() {
    Close();
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Piece {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  // They go round: memory that is new for every piece would cost more than its copy.
  Piece EmptyPiece() {
    std::unique_lock lock(mutex_);
    if (empty_.empty() && pieces_ < kMostPieces && (pieces_ < kOwnPieces || TakeSharedPiece())) {
      ++pieces_;
      lock.unlock();
      return {std::make_unique_for_overwrite<char[]>(kPieceBytes), 0};
    }
    room_.wait(lock, [&] { return !empty_.empty(); });
    Piece piece = std::move(empty_.back());
    empty_.pop_back();
    return piece;
  }

  void GiveBack() {
    empty_.clear();
    if (pieces_ > kOwnPieces) {
      shared_pieces.fetch_sub(pieces_ - kOwnPieces, std::memory_order_relaxed);
    }
    pieces_ = 0;
  }

  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      work_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) break;
      Piece piece = std::move(waiting_.front());
      waiting_.pop_front();
      busy_ = true;
      lock.unlock();
      hash_.Update({piece.bytes.get(), piece.size});
      lock.lock();
      busy_ = false;
      empty_.push_back(std::move(piece));
      room_.notify_one();
    }
    ended_ = true;
    GiveBack();
  }

  Md5Hash& hash_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable room_;
  std::deque<Piece> waiting_;
  std::vector<Piece> empty_;
  std::size_t pieces_ = 0;  // that exist
  bool busy_ = false;
  bool closing_ = false;
  bool ended_ = false;
  std::thread thread_;  // after what it uses
};

BackgroundMd5::BackgroundMd5() = default;
BackgroundMd5::~BackgroundMd5() = default;

void BackgroundMd5::Update(std::string_view bytes) {
  if (worker_ != nullptr && !worker_->GoOn()) worker_.reset();
  if (worker_ == nullptr) {
    if (bytes.size() < kLongPiece) {
      hash_.Update(bytes);
      return;
    }
    worker_ = std::make_unique<Worker>(hash_);
  }
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kPieceBytes);
    worker_->Pass(piece);
    bytes.remove_prefix(piece.size());
  }
}

void BackgroundMd5::Rest() {
  if (worker_ != nullptr && worker_->Close()) worker_.reset();
}

Md5Digest BackgroundMd5::Digest() {
  if (worker_ != nullptr) worker_->Finish();
  worker_.reset();
  return hash_.Digest();
}

}  // namespace hyperlocal::gcs
