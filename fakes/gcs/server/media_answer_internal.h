#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// Answers GET or HEAD with the bytes of an object: 200, 206, 304 or 416, with the headers that both
// APIs give (x-goog-hash, x-goog-generation …). An object that is stored as gzip is decompressed on
// the way for a client that does not take gzip; Range is ignored then. The bytes are streamed.
// Preconditions are the caller's to judge.
Status AnswerMedia(GcsCall& call, OpenedObject object);

// Those headers alone.
void DescribeMedia(HttpHeaders& headers, const ObjectRecord& object);

}  // namespace hyperlocal::gcs
