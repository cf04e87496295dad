#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/store/content.h"
#include "fakes/gcs/store/group_commit_internal.h"
#include "fakes/gcs/store/spool_internal.h"

namespace hyperlocal::gcs {

// A content that the database knows. Each is stored once, however many objects have it, and counts
// them.
struct ContentRef {
  std::int64_t id = 0;
  std::string file;  // its name on the shelf, hex digits; empty when it lies in a row
};

// The contents that may be equal to one of `identity`: no checksum says otherwise. Rarely more than
// one.
Result<std::vector<ContentRef>> ContentsLike(Database& database, const ContentIdentity& identity);
// Whether the content, one on the shelf, has the very bytes that the spool has finished. Reads
// both.
bool IsStoredAs(const ContentRef& content, ContentShelf& shelf, Spool& spool,
                const ContentIdentity& identity);

// A reference to what the spool has received and finished, which is stored now unless equal bytes
// are there already. Those are compared, unless `identity` says that it has been done.
Result<ContentRef> AddContent(WriteTransaction& transaction, Spool& spool,
                              const ContentIdentity& identity);
// One more reference.
Status AddReference(WriteTransaction& transaction, std::int64_t id);
// One less; with the last one the content goes.
Status DropReference(WriteTransaction& transaction, std::int64_t id);

// What ObjectRecord::content says: the name of a content on the shelf, "#<id>" of a small one.
std::string NameOfContent(const ContentRef& content);
std::shared_ptr<ContentReader> ReaderOfBytes(std::string bytes);

}  // namespace hyperlocal::gcs
