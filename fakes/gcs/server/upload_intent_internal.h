#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// What an upload is to become, however its bytes come.
struct UploadIntent {
  ObjectKey key;
  ObjectFields fields;
  ContentClaims claims;
  Preconditions preconditions;
};

// From the path, the query (name, contentEncoding, predefinedAcl, preconditions), the headers
// (checksums), and the resource that the client gave, if it gave one. `content_type` is what the
// bytes were declared as; the resource's own goes first. Errors: kBadRequest, kNotFound (the
// bucket).
Result<UploadIntent> ReadUploadIntent(const GcsCall& call, const nlohmann::json& resource,
                                      std::string_view content_type);

}  // namespace hyperlocal::gcs
