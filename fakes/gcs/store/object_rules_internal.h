#pragma once

#include <optional>
#include <string>

#include "engine/error/result.h"
#include "fakes/gcs/store/bucket_record.h"
#include "fakes/gcs/store/object_record.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

// Whether an object may be written whose live generation is `live`, or that has none. Error:
// kPreconditionFailed, with what was wanted and what is there.
Status JudgeWrite(const ObjectKey& key, const ObjectRecord* live,
                  const Preconditions& preconditions);
// The same for a generation that is there: a read of it, a change, a deletion.
Status JudgeExisting(const ObjectRecord& object, const Preconditions& preconditions);
Status JudgeBucket(const BucketRecord& bucket, const Preconditions& preconditions);

// Whether the bytes of a generation may go for good. Error: kPermission, naming the hold, or until
// when it is retained.
Status JudgeRemoval(const ObjectRecord& object, const BucketPolicy& policy, Timestamp now);
// Whether a client may turn one into the other: a locked retention only grows. Error: kPermission.
Status JudgeFieldsChange(const ObjectRecord& object, const ObjectFields& changed, Timestamp now);
Status JudgePolicyChange(const BucketRecord& bucket, const BucketPolicy& changed);

// Whether the bytes are what the client said. Error: kBadRequest, naming both checksums.
Status JudgeClaims(const ContentClaims& claims, std::uint64_t size,
                   const ContentChecksums& checksums);

}  // namespace hyperlocal::gcs
