#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// Answers with the object's resource, and what `fields` and `projection` of the request leave of
// it. `full` is what holds without a projection. Errors: kBadRequest.
Status AnswerObject(GcsCall& call, const ObjectRecord& object, bool full);

// The object that the path and `generation` name.
Result<ObjectAddress> ObjectAddressOf(const GcsCall& call);

// Deletes, and publishes what was deleted.
Status DeleteAndTell(GcsCall& call, const ObjectAddress& address,
                     const Preconditions& preconditions);

}  // namespace hyperlocal::gcs
