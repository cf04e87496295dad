#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/content_rows_internal.h"
#include "fakes/gcs/store/group_commit_internal.h"
#include "fakes/gcs/store/object_rows_internal.h"

namespace hyperlocal::gcs {

// An object that is about to be written.
struct NewObject {
  ObjectFields fields;
  std::uint64_t size = 0;
  ContentChecksums checksums;
  std::optional<int> component_count;
  // Gives the reference the object will hold; called once it is clear that it will be written.
  std::function<Result<ContentRef>()> content;
};

// Of another object's content, with one more reference to it.
NewObject CopyOf(WriteTransaction& transaction, const ObjectRow& source,
                 const ObjectFields& fields);

// Makes it the live generation of `name`, after judging the preconditions and whether the
// generation before it may go; that one becomes what the bucket's policy says.
Result<ObjectRecord> WriteObject(WriteTransaction& transaction, const BucketRow& bucket,
                                 const std::string& name, const NewObject& object,
                                 const Preconditions& preconditions);

// What becomes of the live generation when it is overwritten or deleted without naming a
// generation. Error kPermission: it may not go.
Status DisplaceLive(WriteTransaction& transaction, const BucketRow& bucket,
                    const ObjectRow& object);
// Of a generation that was named: noncurrent is no refuge for it.
Status DeleteGeneration(WriteTransaction& transaction, const BucketRow& bucket,
                        const ObjectRow& object);
// The row and its reference, whatever anybody says.
Status EraseObject(WriteTransaction& transaction, const ObjectRow& object);
// Soft-deleted objects whose time is over, and uploads that nobody finished for a week; some at a
// time.
Status PurgeExpired(WriteTransaction& transaction);

}  // namespace hyperlocal::gcs
