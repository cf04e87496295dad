#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/store/content.h"
#include "fakes/gcs/store/group_commit_internal.h"
#include "fakes/gcs/store/spool_internal.h"

namespace hyperlocal::gcs {

// A content that the database knows. Each is stored once, however many objects have it, and counts
// them.
struct ContentRef {
  std::int64_t id = 0;
  std::string file;  // its SHA-256 in hex when it lies on the shelf, else empty
};

// A reference to what the spool has received and finished, which is stored now unless equal bytes
// are there already.
Result<ContentRef> AddContent(WriteTransaction& transaction, Spool& spool,
                              const ContentIdentity& identity);
// One more reference.
Status AddReference(WriteTransaction& transaction, std::int64_t id);
// One less; with the last one the content goes.
Status DropReference(WriteTransaction& transaction, std::int64_t id);

// What ObjectRecord::content says: the SHA-256 of a content on the shelf, "#<id>" of a small one.
std::string NameOfContent(const ContentRef& content);
std::shared_ptr<ContentReader> ReaderOfBytes(std::string bytes);

}  // namespace hyperlocal::gcs
