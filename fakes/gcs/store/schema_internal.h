#pragma once

#include "engine/error/result.h"
#include "fakes/gcs/store/database_internal.h"

namespace hyperlocal::gcs {

// The tables; grows by one with every change of them.
inline constexpr int kSchemaVersion = 2;

// Makes the tables in a database that has none, and brings those of an older program up to date.
// Error: kDependencyUnavailable, with both versions, when a newer program made them.
Status PrepareSchema(Database& database);

}  // namespace hyperlocal::gcs
