#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// The server's own API, which is not Cloud Storage's:
//
//   GET  /_hyperlocal/health
//   POST /_hyperlocal/reset                          buckets, objects, uploads and retry tests go
//   POST /_hyperlocal/seed      {"directory": "/…"}  as `--seed`
//   GET  /_hyperlocal/export?directory=/…            POST as well
//   GET  /_hyperlocal/events                         event_stream_internal.h
//   GET, PUT, DELETE /_hyperlocal/faults             counts; another plan; none
//
// and the test bench's: POST /retry_test, GET and DELETE /retry_test/{id}, GET /retry_tests. No
// bucket's name begins with `_`; of a bucket that is called retry_test, what those do not need is
// answered as ever.
//
// A page of another site that a browser shows on this machine is refused.
bool IsControlPath(std::string_view path);
GcsHandler RouteControl(GcsCall& call);

}  // namespace hyperlocal::gcs
