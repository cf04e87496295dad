#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/wire/gcs_uri.h"

namespace hyperlocal {

// What is known of an object without its bytes.
struct ObjectInfo {
  GcsUri uri;
  std::int64_t generation = 0;      // of the content; grows with every write of that name
  std::int64_t metageneration = 0;  // of the metadata of that generation
  std::uint64_t size = 0;
  std::uint32_t crc32c = 0;
  std::optional<std::string> md5_hex;  // composed objects have none
  std::string content_type;
  std::string content_encoding;
  std::map<std::string, std::string> metadata;
  bool operator==(const ObjectInfo&) const = default;
};

// A call takes place only if all that are set hold; otherwise it fails with kPreconditionFailed.
// Generation 0 stands for "no live object".
struct ObjectPreconditions {
  std::optional<std::int64_t> if_generation_match;
  std::optional<std::int64_t> if_generation_not_match;
  std::optional<std::int64_t> if_metageneration_match;
  std::optional<std::int64_t> if_metageneration_not_match;
  bool operator==(const ObjectPreconditions&) const = default;
};
inline constexpr std::int64_t kNoLiveObject = 0;

// How an object that is written is described, and when it may be written.
struct ObjectWrite {
  std::string content_type = "application/octet-stream";
  std::string content_encoding;
  std::string cache_control;
  std::map<std::string, std::string> metadata;
  ObjectPreconditions preconditions;
};

struct ObjectListing {
  std::string prefix;
  std::string delimiter;  // names with it after the prefix are folded into `prefixes`
};

struct ObjectList {
  std::vector<ObjectInfo> objects;    // by name, in byte order
  std::vector<std::string> prefixes;  // the same
};

// Objects in buckets: Cloud Storage itself, its emulator over HTTP, or the emulator's store in
// this process. Calls block; any number of threads. Sizes do not matter: contents are streamed,
// and checked against their crc32c on the way, in both directions.
//
// Errors of every call: kNotFound (bucket or object), kPreconditionFailed, kPermission,
// kRetriesExhausted (the service stayed unavailable), kTimeout, kCancelled, kIo.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual Result<ObjectInfo> Stat(const GcsUri& uri) = 0;
  // Makes `file` hold the live object's content, or leaves it as it was. Nothing else of the
  // object's is in the answer than what belongs to the content's generation.
  virtual Result<ObjectInfo> Download(const GcsUri& uri, const std::filesystem::path& file,
                                      CancellationToken cancelled) = 0;
  virtual Result<ObjectInfo> Upload(const std::filesystem::path& file, const GcsUri& uri,
                                    const ObjectWrite& write, CancellationToken cancelled) = 0;
  // All pages of it.
  virtual Result<ObjectList> List(std::string_view bucket, const ObjectListing& listing) = 0;
  virtual Status Delete(const GcsUri& uri, const ObjectPreconditions& preconditions) = 0;
  // 1 to 32 sources of one bucket, the target's, joined in order.
  virtual Result<ObjectInfo> Compose(const std::vector<GcsUri>& sources, const GcsUri& target,
                                     const ObjectWrite& write) = 0;
  // The source's own description goes with it; only `preconditions` of the target are asked for.
  virtual Result<ObjectInfo> Copy(const GcsUri& source, const GcsUri& target,
                                  const ObjectPreconditions& preconditions) = 0;
};

}  // namespace hyperlocal
