#pragma once

#include "engine/error/result.h"
#include "fakes/gcs/store/database_internal.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

// One page of a bucket, of one moment. A folded prefix costs one step, whatever lies below it.
Result<ObjectPage> ListObjectRows(Database& database, std::string_view bucket,
                                  const ObjectQuery& query, Timestamp now);

}  // namespace hyperlocal::gcs
