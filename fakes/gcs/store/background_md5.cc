#include "fakes/gcs/store/background_md5_internal.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "engine/pipeline/bounded_queue.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kLongPiece = std::size_t{32} << 10;  // below it a thread costs more than MD5
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
constexpr std::size_t kMostPieces = 16;

}  // namespace

// Pieces go round between two threads: memory that is new for every piece would cost more than its
// copy.
struct BackgroundMd5::Worker {
  struct Piece {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  explicit Worker(Md5Hash& hash)
      : thread([this, &hash] {
          while (std::optional<Piece> piece = full.Pop()) {
            hash.Update({piece->bytes.get(), piece->size});
            empty.Push(std::move(*piece));
          }
        }) {}
  ~Worker() {
    full.Close();
    thread.join();
  }

  // At most kPieceBytes.
  void Pass(std::string_view bytes) {
    Piece piece;
    if (pieces < kMostPieces) {
      piece.bytes = std::make_unique_for_overwrite<char[]>(kPieceBytes);
      ++pieces;
    } else {
      piece = std::move(*empty.Pop());
    }
    std::memcpy(piece.bytes.get(), bytes.data(), bytes.size());
    piece.size = bytes.size();
    full.Push(std::move(piece));
  }

  std::size_t pieces = 0;
  BoundedQueue<Piece> full{kMostPieces};
  BoundedQueue<Piece> empty{kMostPieces};
  std::thread thread;  // after what it uses
};

BackgroundMd5::BackgroundMd5() = default;
BackgroundMd5::~BackgroundMd5() = default;

void BackgroundMd5::Update(std::string_view bytes) {
  if (worker_ == nullptr) {
    if (bytes.size() < kLongPiece) {
      hash_.Update(bytes);
      return;
    }
    worker_ = std::make_unique<Worker>(hash_);
  }
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPieceBytes))) {
    worker_->Pass(bytes.substr(0, kPieceBytes));
  }
}

void BackgroundMd5::Rest() {
  worker_.reset();
}

Md5Digest BackgroundMd5::Digest() {
  Rest();
  return hash_.Digest();
}

}  // namespace hyperlocal::gcs
