#pragma once

#include "engine/error/result.h"
#include "engine/http/http_message.h"
#include "fakes/gcs/store/content.h"

namespace hyperlocal::gcs {

// What a request's headers say of the content that it brings: x-goog-hash (any number of fields,
// each "crc32c=…,md5=…") and Content-MD5. Added to `claims`. Errors: kBadRequest for a value that
// is no checksum, or two that contradict each other.
Status ReadHeaderClaims(const HttpHeaders& headers, ContentClaims& claims);

}  // namespace hyperlocal::gcs
