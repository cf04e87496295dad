#include "fakes/gcs/store/content_rows_internal.h"

#include <algorithm>
#include <cstring>

#include "fakes/gcs/store/hex_bytes_internal.h"

namespace hyperlocal::gcs {
namespace {

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

}  // namespace

Result<ContentRef> AddContent(WriteTransaction& transaction, Spool& spool,
                              const ContentIdentity& identity) {
  Database& database = transaction.database();
  const std::string sha256 = BytesOfHex(identity.sha256);
  {
    Query known(database,
                "UPDATE content SET refs = refs + 1 WHERE sha256 = ?1 RETURNING id, in_file");
    known.Bind(sha256);
    HYPERLOCAL_TRY(const bool found, known.Step());
    if (found) {
      ContentRef content{known.Number(0), known.Number(1) != 0 ? identity.sha256 : ""};
      HYPERLOCAL_TRY_STATUS(known.Run());
      return content;
    }
  }
  // Never given out twice, so that a name of a content is never that of another one.
  ContentRef content{transaction.NextGeneration(), ""};
  if (spool.incoming() != nullptr) {
    content.file = identity.sha256;
    transaction.MayBeUnused(identity.sha256);
    HYPERLOCAL_TRY_STATUS(transaction.shelf().Keep(*spool.incoming(), identity.sha256));
  } else {
    HYPERLOCAL_TRY_STATUS(Query(database, "INSERT INTO small_content(id, bytes) VALUES(?1, ?2)")
                              .Bind(content.id, spool.small())
                              .Run());
  }
  HYPERLOCAL_TRY_STATUS(
      Query(database,
            "INSERT INTO content(id, sha256, size, in_file, refs) VALUES(?1, ?2, ?3, ?4, 1)")
          .Bind(content.id, sha256, static_cast<std::int64_t>(identity.size), !content.file.empty())
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
    Query left(database,
               "UPDATE content SET refs = refs - 1 WHERE id = ?1 RETURNING refs, in_file, sha256");
    left.Bind(id);
    HYPERLOCAL_TRY(const bool found, left.Step());
    if (!found) {
      return Error{ErrorCode::kIo, "the store's database lacks the content " + std::to_string(id)};
    }
    const bool unused = left.Number(0) <= 0;
    if (unused && left.Number(1) != 0) transaction.MayBeUnused(HexOfBytes(left.Bytes(2)));
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
