#include "fakes/gcs/server/seed_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "engine/composition/page_server.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/file_tree.h"
#include "engine/file/posix_error_internal.h"
#include "engine/file/whole_file.h"
#include "fakes/gcs/server/export_sidecar_internal.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{256} << 10;
// A durable store syncs many inserts at once, but only those that wait at the same time.
constexpr std::size_t kThreads = 8;

struct SeedFile {
  fs::path file;
  ObjectKey key;
  ObjectFields fields;
};

Result<std::vector<fs::path>> ListBucketDirectories(const fs::path& directory) {
  std::error_code failure;
  std::vector<fs::path> buckets;
  fs::directory_iterator it(directory, failure), end;
  if (failure) return PosixError(failure.value(), "list", directory, ErrorCode::kIo);
  for (; it != end; it.increment(failure)) {
    const fs::path path = it->path();
    if (path.filename().string().starts_with('.')) continue;
    const fs::file_status status = it->symlink_status(failure);
    if (failure) break;
    if (fs::is_regular_file(status)) {
      return Error{ErrorCode::kBadRequest,
                   "cannot seed from " + directory.string() + ": " + path.filename().string() +
                       " is in no bucket; put it into a directory that is named as the bucket"};
    }
    if (fs::is_directory(status)) buckets.push_back(path);
  }
  if (failure) return PosixError(failure.value(), "list", directory, ErrorCode::kIo);
  std::sort(buckets.begin(), buckets.end());
  return buckets;
}

Status MakeBucket(Store& store, const BucketRecord& bucket) {
  const auto made = store.CreateBucket(bucket);
  if (made || made.error().code == ErrorCode::kConflict) return Ok();
  return made.error();
}

Result<std::uint64_t> Insert(Store& store, const SeedFile& seed, std::vector<char>& buffer) {
  const FileDescriptor in(::open(seed.file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!in.valid()) return PosixError(errno, "read", seed.file, ErrorCode::kIo);
  HYPERLOCAL_TRY(std::unique_ptr<ContentWriter> content, store.NewContent());
  for (;;) {
    const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return PosixError(errno, "read", seed.file, ErrorCode::kIo);
    if (got == 0) break;
    HYPERLOCAL_TRY_STATUS(
        content->Append(std::string_view(buffer.data(), static_cast<std::size_t>(got))));
  }
  const std::uint64_t size = content->size();
  auto inserted = store.InsertObject(seed.key, seed.fields, std::move(content), {}, {});
  if (!inserted) return std::move(inserted).error().WithContext(seed.file.string());
  return size;
}

class Seeder {
 public:
  Seeder(Store& store, const fs::path& directory) : store_(store), directory_(directory) {}

  Status AddBucket(const fs::path& place) {
    const std::string name = place.filename().string();
    BucketRecord bucket;
    bucket.name = name;
    std::map<std::string, SidecarObject, std::less<>> described;
    const fs::path sidecar = directory_ / kSidecarDirectory / (name + ".jsonl");
    std::error_code ignored;
    if (fs::exists(sidecar, ignored)) {
      HYPERLOCAL_TRY(const std::string text, ReadWholeFile(sidecar));
      HYPERLOCAL_TRY(Sidecar read, ReadSidecar(text, sidecar.string()));
      bucket = std::move(read.bucket);
      bucket.name = name;
      for (SidecarObject& object : read.objects) described[object.file] = std::move(object);
    }
    auto made = MakeBucket(store_, bucket);
    if (!made) return std::move(made).error().WithContext(place.string());
    ++summary_.buckets;
    HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(place));
    for (const TreeFile& file : files) {
      SeedFile seed{place / fs::path(file.path), {name, file.path}, {}};
      const auto it = described.find(file.path);
      if (it != described.end()) {
        seed.key.name = it->second.name;
        seed.fields = std::move(it->second.fields);
      } else {
        seed.fields.content_type = ContentTypeOf(seed.file);
      }
      files_.push_back(std::move(seed));
    }
    return Ok();
  }

  Status InsertAll() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(kThreads, files_.size()); ++i) {
      threads.emplace_back([this] { Work(); });
    }
    for (std::thread& thread : threads) thread.join();
    if (failure_) return *failure_;
    return Ok();
  }

  const SeedSummary& summary() const { return summary_; }

 private:
  void Work() {
    std::vector<char> buffer(kCopyBytes);
    for (std::size_t i = next_++; i < files_.size() && !failed_; i = next_++) {
      auto size = Insert(store_, files_[i], buffer);
      const std::lock_guard lock(mutex_);
      if (!size) {
        failed_ = true;
        if (!failure_) failure_ = std::move(size).error();
        return;
      }
      ++summary_.objects;
      summary_.bytes += *size;
    }
  }

  Store& store_;
  const fs::path& directory_;
  std::vector<SeedFile> files_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::optional<Error> failure_;  // guarded by mutex_
  SeedSummary summary_;           // guarded by mutex_ while threads run
};

}  // namespace

Result<SeedSummary> SeedFromDirectory(Store& store, const fs::path& directory) {
  HYPERLOCAL_TRY(const std::vector<fs::path> buckets, ListBucketDirectories(directory));
  Seeder seeder(store, directory);
  for (const fs::path& bucket : buckets) HYPERLOCAL_TRY_STATUS(seeder.AddBucket(bucket));
  HYPERLOCAL_TRY_STATUS(seeder.InsertAll());
  return seeder.summary();
}

}  // namespace hyperlocal::gcs
