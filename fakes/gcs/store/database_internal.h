#pragma once

#include "fakes/sqlite/database_internal.h"

namespace hyperlocal::gcs {

using sqlite::Database;
using sqlite::Query;

}  // namespace hyperlocal::gcs
