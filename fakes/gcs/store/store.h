#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/whole_file.h"
#include "engine/object_store.h"
#include "fakes/gcs/store/bucket_record.h"
#include "fakes/gcs/store/content.h"
#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

using Preconditions = ObjectPreconditions;

struct ObjectQuery {
  std::string prefix, delimiter;
  bool include_trailing_delimiter = false;
  std::string start_offset;               // names from this on
  std::optional<std::string> end_offset;  // names before this
  std::string match_glob;
  bool versions = false;      // noncurrent generations too
  bool soft_deleted = false;  // only those
  int max_results = 1000;     // objects and prefixes together; 1 to 1000
  std::string page_token;
};

struct ObjectPage {
  std::vector<ObjectRecord> objects;  // by name in byte order, then generation
  std::vector<std::string> prefixes;
  std::string next_page_token;  // empty: the last page
};

struct BucketQuery {
  std::string prefix;
  int max_results = 1000;
  std::string page_token;
};

struct BucketPage {
  std::vector<BucketRecord> buckets;
  std::string next_page_token;
};

struct ComposeSource {
  std::string name;
  std::optional<std::int64_t> generation;           // absent: the live one
  std::optional<std::int64_t> if_generation_match;  // of that source
};

// An object named with a generation, or the live one.
struct ObjectAddress {
  ObjectKey key;
  std::optional<std::int64_t> generation;
};

// An object with its bytes at hand, both of the same moment.
struct OpenedObject {
  ObjectRecord record;
  std::shared_ptr<ContentReader> content;
};

// An upload that is not yet an object. What was received survives a restart of the store.
struct UploadSession {
  std::string id;
  ObjectKey key;
  ObjectFields fields;
  Preconditions preconditions;  // judged when the upload is finished
  ContentClaims claims;         // what the client said the content will be, likewise
  std::uint64_t received = 0;
  std::optional<ObjectRecord> finished;  // the object, once it is one
  bool cancelled = false;
  std::string request;  // the server's own note about the start of it, kept for it
};

// What a store takes from its surroundings.
struct StoreOptions {
  // The time, for generations and for what expires; called from any thread. Absent: the system's.
  std::function<Timestamp()> now;
  // A line for people: what was found damaged, and where it was put. Absent: nobody is told.
  std::function<void(std::string_view)> log;
  // kUnsynced: what was acknowledged survives the process, also when it is killed, but not a loss
  // of power; and no call waits for the disk. For tests.
  Durability durability = Durability::kSynced;
};

// Buckets and objects, their generations and their bytes.
//
// Any number of threads. A call that changes something returns when the change is durable (on
// disk, that is), and is seen whole or not at all, by other callers and after a kill. Names of
// buckets and objects are data, never paths.
//
// Errors: kNotFound; kConflict (the bucket exists, or is not empty); kPreconditionFailed;
// kBadRequest (a name, a claim or a number that cannot be); kPermission (a hold or a retention
// forbids it); kIo.
class Store {
 public:
  // Kept in `directory`, which is made if it is absent; one store at a time (kDependencyUnavailable
  // names the process that has it). A damaged database is set aside and told on `log`.
  static Result<std::unique_ptr<Store>> Open(const std::filesystem::path& directory,
                                             const StoreOptions& options = {});
  // The same behaviour, nothing kept.
  static Result<std::unique_ptr<Store>> InMemory(const StoreOptions& options = {});
  virtual ~Store() = default;

  // Only name, policy and settings of the argument are read.
  virtual Result<BucketRecord> CreateBucket(const BucketRecord& bucket) = 0;
  virtual Result<BucketRecord> GetBucket(std::string_view name) = 0;
  virtual Result<BucketPage> ListBuckets(const BucketQuery& query) = 0;
  // `change` is called once, on the record as it is; policy and settings may be changed. An error
  // of it is the answer. Only the metageneration preconditions apply, here and below.
  virtual Result<BucketRecord> UpdateBucket(std::string_view name,
                                            const Preconditions& preconditions,
                                            const std::function<Status(BucketRecord&)>& change) = 0;
  virtual Status DeleteBucket(std::string_view name, const Preconditions& preconditions) = 0;

  // A content that is being received. Thrown away unless it is inserted.
  virtual Result<std::unique_ptr<ContentWriter>> NewContent() = 0;
  // Makes the finished content the live generation of `key`.
  virtual Result<ObjectRecord> InsertObject(const ObjectKey& key, const ObjectFields& fields,
                                            std::unique_ptr<ContentWriter> content,
                                            const ContentClaims& claims,
                                            const Preconditions& preconditions) = 0;
  virtual Result<ObjectRecord> GetObject(const ObjectAddress& address) = 0;
  virtual Result<ObjectRecord> GetSoftDeleted(const ObjectKey& key, std::int64_t generation) = 0;
  // GetObject and OpenContent in one: also while the object is being overwritten, and cheaper.
  virtual Result<OpenedObject> OpenObject(const ObjectAddress& address) = 0;
  // Readable to its end even when the object is deleted meanwhile. kNotFound when it was deleted or
  // overwritten before.
  virtual Result<std::shared_ptr<ContentReader>> OpenContent(const ObjectRecord& object) = 0;
  virtual Result<ObjectPage> ListObjects(std::string_view bucket, const ObjectQuery& query) = 0;
  virtual Result<ObjectRecord> UpdateObject(const ObjectAddress& address,
                                            const Preconditions& preconditions,
                                            const std::function<Status(ObjectFields&)>& change) = 0;
  // The live generation becomes noncurrent, soft deleted or nothing, as the bucket's policy says; a
  // named generation is deleted for good, or softly.
  virtual Status DeleteObject(const ObjectAddress& address, const Preconditions& preconditions) = 0;
  virtual Result<ObjectRecord> ComposeObject(const ObjectKey& target,
                                             const std::vector<ComposeSource>& sources,
                                             const ObjectFields& fields,
                                             const Preconditions& preconditions) = 0;
  // `fields` absent: the source's. No byte is copied.
  virtual Result<ObjectRecord> CopyObject(const ObjectAddress& source,
                                          const Preconditions& source_preconditions,
                                          const ObjectKey& target,
                                          const std::optional<ObjectFields>& fields,
                                          const Preconditions& preconditions) = 0;
  // Copy and delete in one.
  virtual Result<ObjectRecord> MoveObject(const ObjectKey& source,
                                          const Preconditions& source_preconditions,
                                          const ObjectKey& target,
                                          const Preconditions& preconditions) = 0;
  // Makes a soft-deleted generation live again, as a new generation.
  virtual Result<ObjectRecord> RestoreObject(const ObjectKey& key, std::int64_t generation,
                                             const Preconditions& preconditions) = 0;

  // `session` without id and received. The answer has the id: unguessable, and safe in a URL.
  virtual Result<UploadSession> StartUpload(const UploadSession& session) = 0;
  virtual Result<UploadSession> GetUpload(std::string_view id) = 0;
  // A writer that goes on at `received`. What it was given is kept when it goes, in this process;
  // across a restart, what was there at the last Sync. One writer of an upload at a time: a second
  // one waits for the first (a client that has broken off and comes again), and so does
  // FinishUpload; the thread that has the writer itself gets kConflict. It must not outlive the
  // store.
  virtual Result<std::unique_ptr<UploadWriter>> ContinueUpload(std::string_view id) = 0;
  // Makes what was received the object. Idempotent: a finished upload answers its object again.
  // `claims` are judged besides those that the upload began with: clients send x-goog-hash with the
  // last bytes too; where the two contradict each other, kBadRequest, and the upload stays. On any
  // other error of the preconditions or claims it is over and nothing is left of it.
  virtual Result<ObjectRecord> FinishUpload(std::string_view id, const ContentClaims& claims) = 0;
  virtual Status CancelUpload(std::string_view id) = 0;

  // For uploads in parts (XML multipart), each part of which is an upload of its own.
  // The uploads into `bucket` that are neither finished nor cancelled and whose `request` begins
  // with `request_prefix`, by `request` in byte order.
  virtual Result<std::vector<UploadSession>> ListUploads(std::string_view bucket,
                                                         std::string_view request_prefix) = 0;
  // Replaces the server's note of an upload that is neither finished nor cancelled.
  virtual Status NoteUpload(std::string_view id, std::string_view request) = 0;
  // Makes what the uploads received, in the order of `ids`, one object, as ComposeObject would: no
  // md5, as many components as ids. Afterwards the uploads are gone; on an error they are as they
  // were.
  virtual Result<ObjectRecord> JoinUploads(const ObjectKey& target,
                                           const std::vector<std::string>& ids,
                                           const ObjectFields& fields,
                                           const Preconditions& preconditions) = 0;

  // Everything goes: buckets, objects, uploads.
  virtual Status Reset() = 0;
};

// Whether a read of `object` may take place. A not-match that fails is kNotModified: the client has
// that very object.
enum class ReadVerdict { kRead, kNotModified, kPreconditionFailed };
ReadVerdict JudgeRead(const ObjectRecord& object, const Preconditions& preconditions);

}  // namespace hyperlocal::gcs
