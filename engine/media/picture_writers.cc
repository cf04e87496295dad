#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "engine/av/image_codec.h"
#include "engine/media/picture_writers_internal.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

unsigned ThreadsOf(const PictureWriters::Kind& kind) {
  constexpr unsigned kMost = 16;
  return kind.threads > 0 ? kind.threads
                          : std::clamp(std::thread::hardware_concurrency(), 1U, kMost);
}

Status WriteBytes(const fs::path& file, const std::vector<std::uint8_t>& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return Ok();
  return Error{ErrorCode::kIo, "cannot write " + file.filename().string() + "; is the disk full?"};
}

// A second name for a file; its copy where the file system has no such thing.
Status WriteAgain(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::create_hard_link(from, to, failure);
  if (failure) fs::copy_file(from, to, failure);
  if (!failure) return Ok();
  return Error{ErrorCode::kIo, "cannot write " + to.filename().string() + ": " + failure.message()};
}

}  // namespace

PictureWriters::PictureWriters(fs::path directory, const Kind& kind)
    : directory_(std::move(directory)), kind_(kind), queue_(ThreadsOf(kind)) {
  for (unsigned i = 0; i < ThreadsOf(kind_); ++i) threads_.emplace_back([this] { Encode(); });
}

PictureWriters::~PictureWriters() {
  queue_.Abandon();
  for (std::thread& thread : threads_) thread.join();
}

bool PictureWriters::Write(std::shared_ptr<const SourcePicture> picture) {
  if (hopeless_) return false;
  Item item{first_frames_.size(), frames_, std::move(picture)};
  first_frames_.push_back(frames_++);
  {
    const std::lock_guard lock(mutex_);
    sizes_.push_back(0);
  }
  return queue_.Push(std::move(item));
}

void PictureWriters::Repeat() {
  ++frames_;
}

Result<PictureWriters::Written> PictureWriters::Finish() {
  queue_.Close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (failure_) return *failure_;
  Written written;
  for (std::size_t i = 0; i < first_frames_.size(); ++i) {
    const std::int64_t first = first_frames_[i];
    const std::int64_t end = i + 1 < first_frames_.size() ? first_frames_[i + 1] : frames_;
    for (std::int64_t frame = first; frame < end; ++frame) {
      if (frame > first) HYPERLOCAL_TRY_STATUS(WriteAgain(NameOf(first), NameOf(frame)));
      written.bytes += sizes_[i];
      written.frames = frame + 1;
      written.too_large = written.bytes > kind_.bytes_limit;
      if (written.too_large) return written;
    }
  }
  return written;
}

void PictureWriters::Encode() {
  while (const std::optional<Item> item = queue_.Pop()) {
    Status done = EncodeOne(*item);
    if (done) continue;
    const std::lock_guard lock(mutex_);
    // Pictures before it are on the way: which of them is told does not hang on who is quicker.
    if (!failure_ || item->picture < failed_picture_) {
      failed_picture_ = item->picture;
      failure_ = std::move(done).error();
    }
    hopeless_ = true;
  }
}

Status PictureWriters::EncodeOne(const Item& item) {
  std::vector<std::uint8_t> bytes;
  if (kind_.png) {
    HYPERLOCAL_TRY(const Frame frame, item.pixels->Rgb());
    HYPERLOCAL_TRY(bytes, EncodePng(frame));
  } else {
    HYPERLOCAL_TRY(bytes, item.pixels->Jpeg(kind_.jpeg_quality));
  }
  HYPERLOCAL_TRY_STATUS(WriteBytes(NameOf(item.frame), bytes));
  const std::lock_guard lock(mutex_);
  sizes_[item.picture] = static_cast<std::int64_t>(bytes.size());
  written_bytes_ += sizes_[item.picture];
  if (written_bytes_ > kind_.bytes_limit) hopeless_ = true;
  return Ok();
}

fs::path PictureWriters::NameOf(std::int64_t frame) const {
  return directory_ / fmt::format("frame_{:05}.{}", frame + 1, kind_.png ? "png" : "jpg");
}

}  // namespace hyperlocal
