#include "fakes/gcs/store/object_rules_internal.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"

namespace hyperlocal::gcs {
namespace {

std::string NameOf(const ObjectKey& key) {
  return "gs://" + key.bucket + "/" + key.name;
}

std::string Utc(Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

Error Failed(const std::string& what, std::string_view condition, std::int64_t wanted,
             std::string_view number, std::optional<std::int64_t> actual) {
  return Error{ErrorCode::kPreconditionFailed,
               fmt::format("{}: {}={} does not hold: {}", what, condition, wanted,
                           actual ? fmt::format("the {} is {}", number, *actual)
                                  : std::string("there is no live object"))};
}

// Absent numbers: there is no live object.
Status Judge(const std::string& what, const Preconditions& preconditions,
             std::optional<std::int64_t> generation, std::optional<std::int64_t> metageneration) {
  const auto& wanted = preconditions;
  if (wanted.if_generation_match &&
      *wanted.if_generation_match != generation.value_or(kNoLiveObject)) {
    return Failed(what, "ifGenerationMatch", *wanted.if_generation_match, "generation", generation);
  }
  if (wanted.if_generation_not_match &&
      *wanted.if_generation_not_match == generation.value_or(kNoLiveObject)) {
    return Failed(what, "ifGenerationNotMatch", *wanted.if_generation_not_match, "generation",
                  generation);
  }
  if (wanted.if_metageneration_match && wanted.if_metageneration_match != metageneration) {
    return Failed(what, "ifMetagenerationMatch", *wanted.if_metageneration_match, "metageneration",
                  metageneration);
  }
  if (wanted.if_metageneration_not_match && wanted.if_metageneration_not_match == metageneration) {
    return Failed(what, "ifMetagenerationNotMatch", *wanted.if_metageneration_not_match,
                  "metageneration", metageneration);
  }
  return Ok();
}

Error Forbidden(std::string message) {
  return Error{ErrorCode::kPermission, std::move(message)};
}

}  // namespace

Status JudgeWrite(const ObjectKey& key, const ObjectRecord* live,
                  const Preconditions& preconditions) {
  if (live != nullptr) return JudgeExisting(*live, preconditions);
  return Judge(NameOf(key), preconditions, std::nullopt, std::nullopt);
}

Status JudgeExisting(const ObjectRecord& object, const Preconditions& preconditions) {
  return Judge(NameOf(object.key), preconditions, object.generation, object.metageneration);
}

Status JudgeBucket(const BucketRecord& bucket, const Preconditions& preconditions) {
  Preconditions only_metageneration;
  only_metageneration.if_metageneration_match = preconditions.if_metageneration_match;
  only_metageneration.if_metageneration_not_match = preconditions.if_metageneration_not_match;
  return Judge("the bucket " + bucket.name, only_metageneration, bucket.generation,
               bucket.metageneration);
}

Status JudgeRemoval(const ObjectRecord& object, const BucketPolicy& policy, Timestamp now) {
  const auto held = [&](std::string_view hold) {
    return Forbidden(
        fmt::format("{} is under {} hold: it cannot be deleted or replaced until the "
                    "hold is released",
                    NameOf(object.key), hold));
  };
  if (object.fields.temporary_hold) return held("a temporary");
  if (object.fields.event_based_hold) return held("an event-based");
  if (object.fields.retain_until && *object.fields.retain_until > now) {
    return Forbidden(fmt::format("{} is retained until {}: it cannot be deleted or replaced before",
                                 NameOf(object.key), Utc(*object.fields.retain_until)));
  }
  if (policy.retention && object.retention_start + *policy.retention > now) {
    return Forbidden(fmt::format(
        "{} is retained by its bucket's policy until {}: it cannot be deleted or replaced before",
        NameOf(object.key), Utc(object.retention_start + *policy.retention)));
  }
  return Ok();
}

Status JudgeFieldsChange(const ObjectRecord& object, const ObjectFields& changed, Timestamp now) {
  const ObjectFields& before = object.fields;
  if (!before.retention_locked || !before.retain_until || *before.retain_until <= now) return Ok();
  if (changed.retention_locked && changed.retain_until &&
      *changed.retain_until >= *before.retain_until) {
    return Ok();
  }
  return Forbidden(fmt::format("the retention of {} is locked until {}: it can only be prolonged",
                               NameOf(object.key), Utc(*before.retain_until)));
}

Status JudgePolicyChange(const BucketRecord& bucket, const BucketPolicy& changed) {
  if (!bucket.policy.retention_locked) return Ok();
  if (changed.retention_locked && changed.retention && bucket.policy.retention &&
      *changed.retention >= *bucket.policy.retention) {
    return Ok();
  }
  return Forbidden(
      fmt::format("the retention policy of the bucket {} is locked at {} seconds: it "
                  "can only be prolonged",
                  bucket.name, bucket.policy.retention.value_or(std::chrono::seconds(0)).count()));
}

Status JudgeClaims(const ContentClaims& claims, std::uint64_t size,
                   const ContentChecksums& checksums) {
  if (claims.size && *claims.size != size) {
    return Error{ErrorCode::kBadRequest,
                 fmt::format("{} bytes were announced, {} were received", *claims.size, size)};
  }
  if (claims.crc32c && *claims.crc32c != checksums.crc32c) {
    return Error{ErrorCode::kBadRequest,
                 fmt::format("Provided CRC32C \"{}\" doesn't match calculated CRC32C \"{}\".",
                             Crc32cBase64(*claims.crc32c), Crc32cBase64(checksums.crc32c))};
  }
  if (claims.md5 && checksums.md5 && *claims.md5 != *checksums.md5) {
    return Error{ErrorCode::kBadRequest,
                 fmt::format("Provided MD5 hash \"{}\" doesn't match calculated MD5 hash \"{}\".",
                             Md5Base64(*claims.md5), Md5Base64(*checksums.md5))};
  }
  return Ok();
}

}  // namespace hyperlocal::gcs
