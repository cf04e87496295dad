#include "fakes/gcs/store/background_md5_internal.h"

#include <algorithm>
#include <optional>
#include <string>
#include <thread>

#include "engine/pipeline/bounded_queue.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kLongPiece = std::size_t{32} << 10;  // below it a thread costs more than MD5
constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::size_t kPiecesOnTheWay = 16;

}  // namespace

struct BackgroundMd5::Worker {
  explicit Worker(Md5Hash& hash)
      : thread([this, &hash] {
          while (const std::optional<std::string> piece = pieces.Pop()) hash.Update(*piece);
        }) {}
  ~Worker() {
    pieces.Close();
    thread.join();
  }

  BoundedQueue<std::string> pieces{kPiecesOnTheWay};
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
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPiece))) {
    worker_->pieces.Push(std::string(bytes.substr(0, kPiece)));
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
