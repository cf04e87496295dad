#include "fakes/gcs/store/object_listing_internal.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/glob_internal.h"
#include "fakes/gcs/store/object_rows_internal.h"
#include "fakes/gcs/store/page_token_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr int kMostResults = 1000;

// The first name that is behind all names with that prefix; nothing when there is none.
std::optional<std::string> Behind(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xFF') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

// The rows of one state in order, from any place on.
class StateCursor {
 public:
  StateCursor(Database& database, std::int64_t bucket, ObjectState state)
      : row_(database, Sql().c_str()), bucket_(bucket), state_(static_cast<int>(state)) {}

  Status Seek(const std::string& name, std::int64_t generation) {
    name_ = name;  // what is bound must stay
    row_.Rebind(bucket_, state_, name_, generation);
    return Next();
  }
  Status Next() {
    HYPERLOCAL_TRY(there_, row_.Step());
    return Ok();
  }

  bool there() const { return there_; }
  const Query& row() const { return row_; }
  std::string_view name() const { return row_.Bytes(2); }
  std::int64_t generation() const { return row_.Number(3); }

 private:
  static const std::string& Sql() {
    static const std::string kSql =
        std::string("SELECT ") + kObjectColumns +
        " FROM object WHERE bucket = ?1 AND state = ?2 AND (name, generation) >= (?3, ?4) "
        "ORDER BY name, generation";
    return kSql;
  }

  Query row_;
  std::int64_t bucket_;
  int state_;
  std::string name_;
  bool there_ = false;
};

// The rows of the states that a query asks for, in one order.
class Cursor {
 public:
  Cursor(Database& database, std::int64_t bucket, const ObjectQuery& query)
      : first_(database, bucket,
               query.soft_deleted ? ObjectState::kSoftDeleted : ObjectState::kLive) {
    if (query.versions && !query.soft_deleted) {
      second_.emplace(database, bucket, ObjectState::kNoncurrent);
    }
  }

  Status Seek(const std::string& name, std::int64_t generation) {
    HYPERLOCAL_TRY_STATUS(first_.Seek(name, generation));
    if (second_) HYPERLOCAL_TRY_STATUS(second_->Seek(name, generation));
    Choose();
    return Ok();
  }
  Status Next() {
    HYPERLOCAL_TRY_STATUS(current_->Next());
    Choose();
    return Ok();
  }
  bool there() const { return current_->there(); }
  StateCursor& operator*() { return *current_; }
  StateCursor* operator->() { return current_; }

 private:
  void Choose() {
    current_ = &first_;
    if (!second_ || !second_->there()) return;
    if (!first_.there() || std::pair(second_->name(), second_->generation()) <
                               std::pair(first_.name(), first_.generation())) {
      current_ = &*second_;
    }
  }

  StateCursor first_;
  std::optional<StateCursor> second_;
  StateCursor* current_ = &first_;
};

class Listing {
 public:
  Listing(Database& database, const BucketRow& bucket, const ObjectQuery& query,
          std::optional<Glob> glob, Timestamp now)
      : query_(query),
        bucket_(bucket),
        glob_(std::move(glob)),
        now_(now),
        most_(static_cast<std::size_t>(std::clamp(query.max_results, 1, kMostResults))),
        cursor_(database, bucket.id, query) {}

  Result<ObjectPage> Page(PagePosition from) {
    folded_ = std::move(from.folded);
    // No name before these can be asked for.
    std::string start = std::max(query_.prefix, query_.start_offset);
    if (glob_) start = std::max(start, glob_->literal_prefix());
    if (start > from.name) from = PagePosition{start, 0, ""};
    HYPERLOCAL_TRY_STATUS(cursor_.Seek(from.name, from.generation));
    while (cursor_.there() && InRange(cursor_->name())) {
      HYPERLOCAL_TRY(const bool full, TakeOne());
      if (full) break;
    }
    return std::move(page_);
  }

 private:
  // Whether the name, or one behind it, can be asked for.
  bool InRange(std::string_view name) const {
    if (query_.end_offset && name >= *query_.end_offset) return false;
    if (!name.starts_with(query_.prefix)) return false;
    return !glob_ || name.starts_with(glob_->literal_prefix());
  }

  // The prefix that the name is folded into, with the delimiter at its end; or nothing.
  std::optional<std::string> FoldOf(std::string_view name) const {
    if (query_.delimiter.empty()) return std::nullopt;
    const std::size_t at = name.find(query_.delimiter, query_.prefix.size());
    if (at == std::string_view::npos) return std::nullopt;
    return std::string(name.substr(0, at + query_.delimiter.size()));
  }

  bool full() const { return page_.objects.size() + page_.prefixes.size() >= most_; }

  // Whether the page ends here.
  Result<bool> TakeOne() {
    const std::optional<std::string> fold = FoldOf(cursor_->name());
    if (!fold) return TakeObject();
    if (*fold != folded_) {
      if (!glob_ || glob_->Matches(*fold)) {
        HYPERLOCAL_TRY(const bool shown, IsShown());
        if (!shown) return Skip();
        if (full()) return EndHere();
        page_.prefixes.push_back(*fold);
      }
      folded_ = *fold;
    }
    // The folder's own object, "a/", comes right at its beginning.
    if (query_.include_trailing_delimiter && cursor_->name() == *fold) return TakeObject();
    const auto behind = Behind(*fold);
    if (!behind) return true;
    HYPERLOCAL_TRY_STATUS(cursor_.Seek(*behind, 0));
    return false;
  }

  Result<bool> TakeObject() {
    if (glob_ && !glob_->Matches(cursor_->name())) return Skip();
    HYPERLOCAL_TRY(ObjectRow object, ReadObjectRow(cursor_->row(), bucket_.record.name));
    if (IsExpired(object.record)) return Skip();
    if (full()) return EndHere();
    page_.objects.push_back(std::move(object.record));
    return Skip();
  }

  Result<bool> Skip() {
    HYPERLOCAL_TRY_STATUS(cursor_.Next());
    return false;
  }

  Result<bool> EndHere() {
    page_.next_page_token =
        EncodePageToken(PagePosition{std::string(cursor_->name()), cursor_->generation(), folded_});
    return true;
  }

  bool IsExpired(const ObjectRecord& record) const {
    return record.hard_delete && *record.hard_delete <= now_;
  }
  Result<bool> IsShown() {
    if (!query_.soft_deleted) return true;
    HYPERLOCAL_TRY(const ObjectRow object, ReadObjectRow(cursor_->row(), bucket_.record.name));
    return !IsExpired(object.record);
  }

  const ObjectQuery& query_;
  const BucketRow& bucket_;
  const std::optional<Glob> glob_;
  const Timestamp now_;
  const std::size_t most_;
  Cursor cursor_;
  std::string folded_;
  ObjectPage page_;
};

}  // namespace

Result<ObjectPage> ListObjectRows(Database& database, std::string_view bucket_name,
                                  const ObjectQuery& query, Timestamp now) {
  PagePosition from;
  if (!query.page_token.empty()) {
    HYPERLOCAL_TRY(from, DecodePageToken(query.page_token));
  }
  std::optional<Glob> glob;
  if (!query.match_glob.empty()) {
    HYPERLOCAL_TRY(glob, Glob::Parse(query.match_glob));
  }
  HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(database, bucket_name));
  return Listing(database, bucket, query, std::move(glob), now).Page(std::move(from));
}

}  // namespace hyperlocal::gcs
