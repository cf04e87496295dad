#include "fakes/gcs/store/content_rows_internal.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "fakes/gcs/store/hex_bytes_internal.h"
#include "fakes/gcs/store/record_codec_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kCompareBytes = std::size_t{256} << 10;

class BytesReader final : public ContentReader {
 public:
  explicit BytesReader(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const auto at = static_cast<std::size_t>(offset);
    const std::size_t count = std::min(room, bytes_.size() - at);
    std::memcpy(to, bytes_.data() + at, count);
    return count;
  }

 private:
  const std::string bytes_;
};

// A name that no content ever had and that needs no reading. The lowest byte comes first, so that
// the folders of a shelf fill evenly.
std::string FileOfContent(std::int64_t id) {
  std::string bytes;
  for (int byte = 0; byte < 8; ++byte) bytes += static_cast<char>(id >> (8 * byte) & 0xFF);
  return HexOfBytes(bytes);
}

// A content that cannot be read, or is gone, is equal to nothing.
bool AreEqual(Spool& spool, std::uint64_t size, ContentReader& stored) {
  const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(kCompareBytes, size));
  const auto ours = std::make_unique_for_overwrite<char[]>(step);
  const auto theirs = std::make_unique_for_overwrite<char[]>(step);
  for (std::uint64_t at = 0; at < size;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(step, size - at));
    const auto left = spool.ReadAt(at, ours.get(), wanted);
    const auto right = stored.ReadAt(at, theirs.get(), wanted);
    if (!left || !right || *left != wanted || *right != wanted) return false;
    if (std::memcmp(ours.get(), theirs.get(), wanted) != 0) return false;
    at += wanted;
  }
  return true;
}

Result<std::string> SmallBytes(Database& database, std::int64_t id) {
  Query row(database, "SELECT bytes FROM small_content WHERE id = ?1");
  row.Bind(id);
  HYPERLOCAL_TRY(const bool found, row.Step());
  return found ? std::string(row.Bytes(0)) : std::string();
}

}  // namespace

Result<std::vector<ContentRef>> ContentsLike(Database& database, const ContentIdentity& identity) {
  std::vector<ContentRef> contents;
  Query row(database, "SELECT id, file, md5 FROM content WHERE crc32c = ?1 AND size = ?2");
  row.Bind(std::int64_t{identity.checksums.crc32c}, static_cast<std::int64_t>(identity.size));
  for (;;) {
    HYPERLOCAL_TRY(const bool more, row.Step());
    if (!more) return contents;
    const auto md5 = Md5OfBytes(row.Bytes(2));
    const bool differs = md5 && identity.checksums.md5 && *md5 != *identity.checksums.md5;
    if (!differs) contents.push_back(ContentRef{row.Number(0), HexOfBytes(row.Bytes(1))});
  }
}

bool IsStoredAs(const ContentRef& content, ContentShelf& shelf, Spool& spool,
                const ContentIdentity& identity) {
  const auto stored = shelf.Open(content.file, identity.size);
  return stored.has_value() && AreEqual(spool, identity.size, **stored);
}

Result<ContentRef> AddContent(WriteTransaction& transaction, Spool& spool,
                              const ContentIdentity& identity) {
  Database& database = transaction.database();
  HYPERLOCAL_TRY(const std::vector<ContentRef> alike, ContentsLike(database, identity));
  for (const ContentRef& content : alike) {
    bool equal = content.id == identity.stored_as;
    if (!equal && !content.file.empty()) {
      equal = IsStoredAs(content, transaction.shelf(), spool, identity);
    } else if (!equal) {
      HYPERLOCAL_TRY(std::string bytes, SmallBytes(database, content.id));
      BytesReader stored(std::move(bytes));
      equal = AreEqual(spool, identity.size, stored);
    }
    if (!equal) continue;
    HYPERLOCAL_TRY_STATUS(AddReference(transaction, content.id));
    return content;
  }
  // Never given out twice, so that a name of a content is never that of another one.
  ContentRef content{transaction.NextGeneration(), ""};
  if (spool.incoming() != nullptr) {
    content.file = FileOfContent(content.id);
    transaction.MayBeUnused(content.id, content.file);
    HYPERLOCAL_TRY_STATUS(transaction.shelf().Keep(*spool.incoming(), content.file));
  } else {
    HYPERLOCAL_TRY_STATUS(Query(database, "INSERT INTO small_content(id, bytes) VALUES(?1, ?2)")
                              .Bind(content.id, spool.small())
                              .Run());
  }
  const std::optional<std::string> file =
      content.file.empty() ? std::nullopt : std::optional(BytesOfHex(content.file));
  const std::optional<std::string> md5 =
      identity.checksums.md5 ? std::optional(Md5Bytes(*identity.checksums.md5)) : std::nullopt;
  HYPERLOCAL_TRY_STATUS(
      Query(database,
            "INSERT INTO content(id, size, crc32c, md5, file, refs) VALUES(?1, ?2, ?3, ?4, ?5, 1)")
          .Bind(content.id, static_cast<std::int64_t>(identity.size),
                std::int64_t{identity.checksums.crc32c}, md5, file)
          .Run());
  return content;
}

Status AddReference(WriteTransaction& transaction, std::int64_t id) {
  return Query(transaction.database(), "UPDATE content SET refs = refs + 1 WHERE id = ?1")
      .Bind(id)
      .Run();
}

Status DropReference(WriteTransaction& transaction, std::int64_t id) {
  Database& database = transaction.database();
  {
    Query left(database, "UPDATE content SET refs = refs - 1 WHERE id = ?1 RETURNING refs, file");
    left.Bind(id);
    HYPERLOCAL_TRY(const bool found, left.Step());
    if (!found) {
      return Error{ErrorCode::kIo, "the store's database lacks the content " + std::to_string(id)};
    }
    const bool unused = left.Number(0) <= 0;
    if (unused && !left.IsNull(1)) transaction.MayBeUnused(id, HexOfBytes(left.Bytes(1)));
    HYPERLOCAL_TRY_STATUS(left.Run());
    if (!unused) return Ok();
  }
  HYPERLOCAL_TRY_STATUS(Query(database, "DELETE FROM small_content WHERE id = ?1").Bind(id).Run());
  return Query(database, "DELETE FROM content WHERE id = ?1").Bind(id).Run();
}

std::string NameOfContent(const ContentRef& content) {
  return content.file.empty() ? "#" + std::to_string(content.id) : content.file;
}

std::shared_ptr<ContentReader> ReaderOfBytes(std::string bytes) {
  return std::make_shared<BytesReader>(std::move(bytes));
}

}  // namespace hyperlocal::gcs
