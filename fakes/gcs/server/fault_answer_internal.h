#pragma once

#include "fakes/gcs/server/gcs_error_internal.h"

namespace hyperlocal::gcs {

// Answers with the error in the words of the API that the request speaks: JSON or XML.
void RefuseInStyle(GcsCall& call, const GcsError& error);

}  // namespace hyperlocal::gcs
