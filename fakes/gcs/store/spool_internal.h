#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/background_md5_internal.h"
#include "fakes/gcs/store/content_shelf_internal.h"
#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

// Contents up to this size lie in a row of the database, larger ones on the shelf
// (docs/decisions/0007-the-store.md has the measurement).
inline constexpr std::size_t kSmallContentBytes = std::size_t{64} << 10;

// What a content is, once it has been read whole.
struct ContentIdentity {
  std::uint64_t size = 0;
  ContentChecksums checksums;
  // The stored content that was found to have the same bytes, if there is one; it may go at any
  // time, but its id never means another one.
  std::optional<std::int64_t> stored_as;
};

// A content as it comes in: hashed on the way, held in memory while it is small, on the shelf
// after that. One thread.
class Spool {
 public:
  // `upload`: the upload the bytes belong to, or empty (ContentShelf::NewIncoming). The shelf must
  // outlive it.
  explicit Spool(ContentShelf& shelf, std::string upload = {})
      : shelf_(shelf), upload_(std::move(upload)) {}
  // Goes on with an upload of an earlier process: its bytes are read again for their hashes.
  static Result<std::unique_ptr<Spool>> Resume(ContentShelf& shelf, const std::string& upload,
                                               std::uint64_t size);

  // For composed objects, which have no MD5: much the slower of the two. Before the first byte.
  void LeaveOutMd5() { with_md5_ = false; }

  // After a failure, and after Finish, nothing can be appended any more (kIo).
  Status Append(std::string_view bytes);
  std::uint64_t size() const { return identity_.size; }
  // Everything so far is on disk, however small it is.
  Status Sync();
  // The end of the content; on the shelf, and synced, unless it is small. Once more: the same.
  Result<ContentIdentity> Finish();

  // Of what there is so far.
  std::uint32_t crc32c() const { return crc32c_.value(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room);
  // Nobody goes on for a while: open files are closed until then.
  void Rest();

  // Where the finished bytes are: one of the two.
  IncomingContent* incoming() { return incoming_.get(); }
  const std::string& small() const { return small_; }

 private:
  Status Spill();
  void Hash(std::string_view bytes);

  ContentShelf& shelf_;
  std::string upload_;
  BackgroundMd5 md5_;
  Crc32c crc32c_;
  ContentIdentity identity_;
  std::string small_;
  std::unique_ptr<IncomingContent> incoming_;
  bool with_md5_ = true;
  bool finished_ = false;
  bool broken_ = false;
};

}  // namespace hyperlocal::gcs
