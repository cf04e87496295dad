#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "fakes/gcs/store/bucket_record.h"

namespace hyperlocal::gcs {

struct ObjectKey {
  std::string bucket;
  std::string name;  // any UTF-8 of 1 to 1024 bytes; never a path
  auto operator<=>(const ObjectKey&) const = default;
};

// What a client says of an object, when it writes it and later.
struct ObjectFields {
  std::string content_type, content_encoding, content_disposition, content_language, cache_control;
  std::map<std::string, std::string> metadata;
  std::string storage_class;  // empty at insert: the bucket's
  std::optional<Timestamp> custom_time;
  bool temporary_hold = false;
  bool event_based_hold = false;
  std::optional<Timestamp> retain_until;  // `retention.retainUntilTime`
  bool retention_locked = false;          // `retention.mode` Locked, else Unlocked
  std::string acl = "[]";                 // a JSON array, as it was given
  bool operator==(const ObjectFields&) const = default;
};

using Md5 = std::array<std::uint8_t, 16>;

struct ContentChecksums {
  std::uint32_t crc32c = 0;
  std::optional<Md5> md5;  // composed objects have none
  bool operator==(const ContentChecksums&) const = default;
};

// One generation of an object.
struct ObjectRecord {
  ObjectKey key;
  std::int64_t generation = 0;  // microseconds since 1970, made unique; below 2^53
  std::int64_t metageneration = 1;
  ObjectFields fields;
  std::uint64_t size = 0;
  ContentChecksums checksums;
  std::optional<int> component_count;
  Timestamp created, updated, storage_class_updated;
  Timestamp retention_start;  // a bucket's retention counts from here: made, or event hold released
  std::optional<Timestamp> noncurrent;    // since when it has not been the live one (`timeDeleted`)
  std::optional<Timestamp> soft_deleted;  // since when it can only be restored
  std::optional<Timestamp> hard_delete;   // when it will be gone
  std::string content;                    // the store's name of the bytes; not for clients
  bool operator==(const ObjectRecord&) const = default;
};

}  // namespace hyperlocal::gcs
