#include <utility>
#include <vector>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/name_rules_internal.h"
#include "fakes/gcs/store/object_rules_internal.h"
#include "fakes/gcs/store/object_writes_internal.h"
#include "fakes/gcs/store/sqlite_store_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostSources = 32;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;
// The sources are read before the target is written; when they change meanwhile, all is done anew.
constexpr int kMostAttempts = 10;

}  // namespace

// The sources as they were when they were read.
struct SqliteStore::Sources {
  const std::vector<ComposeSource>* asked = nullptr;
  std::vector<ObjectRow> rows;
  std::uint64_t size = 0;
  std::uint32_t crc32c = 0;
  int components = 0;
};

Result<SqliteStore::Sources> SqliteStore::ReadSources(const std::string& bucket_name,
                                                      const std::vector<ComposeSource>& sources) {
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(*reader, bucket_name));
  Sources read;
  read.asked = &sources;
  for (const ComposeSource& source : sources) {
    const ObjectAddress address{ObjectKey{bucket_name, source.name}, source.generation};
    HYPERLOCAL_TRY(auto object, FindAddressed(*reader, bucket.id, address));
    if (!object) return NoSuchObject(address);
    const ObjectRecord& record = object->record;
    Preconditions preconditions;
    preconditions.if_generation_match = source.if_generation_match;
    HYPERLOCAL_TRY_STATUS(JudgeExisting(record, preconditions));
    read.size += record.size;
    read.crc32c = CombineCrc32c(read.crc32c, record.checksums.crc32c, record.size);
    read.components += record.component_count.value_or(1);
    read.rows.push_back(std::move(*object));
  }
  return read;
}

// Error kConflict: they are no longer the ones that were read.
Status SqliteStore::CheckSources(WriteTransaction& transaction, const BucketRow& bucket,
                                 const Sources& sources) {
  for (std::size_t i = 0; i < sources.rows.size(); ++i) {
    const ObjectRow& read = sources.rows[i];
    const ObjectAddress address{read.record.key, (*sources.asked)[i].generation};
    HYPERLOCAL_TRY(const auto now, FindAddressed(transaction.database(), bucket.id, address));
    if (!now || now->record.generation != read.record.generation || now->bucket != read.bucket) {
      return Error{ErrorCode::kConflict,
                   "the source " + address.key.name + " keeps changing while it is composed"};
    }
  }
  return Ok();
}

Result<ObjectRecord> SqliteStore::ComposeObject(const ObjectKey& target,
                                                const std::vector<ComposeSource>& sources,
                                                const ObjectFields& fields,
                                                const Preconditions& preconditions) {
  HYPERLOCAL_TRY_STATUS(CheckObjectName(target.name));
  if (sources.empty() || sources.size() > kMostSources) {
    return Error{ErrorCode::kBadRequest, "an object is composed of 1 to 32 sources, not of " +
                                             std::to_string(sources.size())};
  }
  for (int attempt = 1;; ++attempt) {
    HYPERLOCAL_TRY(const Sources read, ReadSources(target.bucket, sources));
    const ContentChecksums checksums{read.crc32c, std::nullopt};
    Spool spool(*shelf_);
    spool.LeaveOutMd5();
    ContentIdentity identity;
    bool changed = false;
    // One source's content is the target's: nothing to copy.
    if (read.rows.size() > 1) {
      std::vector<char> buffer(kReadBytes);
      for (const ObjectRow& source : read.rows) {
        const auto content = OpenContent(source.record);
        changed = !content.has_value() && content.error().code == ErrorCode::kNotFound;
        if (changed) break;
        if (!content.has_value()) return Error(content.error());
        for (std::uint64_t at = 0; at < source.record.size;) {
          HYPERLOCAL_TRY(const std::size_t got,
                         (*content)->ReadAt(at, buffer.data(), buffer.size()));
          if (got == 0) break;
          HYPERLOCAL_TRY_STATUS(spool.Append(std::string_view(buffer.data(), got)));
          at += got;
        }
      }
      if (!changed) {
        HYPERLOCAL_TRY(identity, FinishContent(spool));
        if (identity.size != read.size || identity.checksums.crc32c != read.crc32c) {
          return Error{ErrorCode::kIo, "the sources of " + target.name +
                                           " do not read as they were written: their content is "
                                           "damaged on disk"};
        }
      }
    }
    if (!changed) {
      auto composed =
          Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
            HYPERLOCAL_TRY(const BucketRow bucket,
                           RequireBucket(transaction.database(), target.bucket));
            HYPERLOCAL_TRY_STATUS(CheckSources(transaction, bucket, read));
            NewObject object{fields, read.size, checksums, read.components, {}};
            if (read.rows.size() == 1) {
              object.content = CopyOf(transaction, read.rows[0], fields).content;
            } else {
              object.content = [&] { return AddContent(transaction, spool, identity); };
            }
            return WriteObject(transaction, bucket, target.name, object, preconditions);
          });
      if (composed.has_value() || composed.error().code != ErrorCode::kConflict) return composed;
      changed = true;
    }
    if (attempt == kMostAttempts) {
      return Error{ErrorCode::kConflict,
                   "the sources of " + target.name + " keep changing while they are composed"};
    }
  }
}

}  // namespace hyperlocal::gcs
