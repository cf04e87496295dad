#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// Everything that is neither JSON nor control: /BUCKET/OBJECT; or /OBJECT with the bucket in Host
// (BUCKET.storage.googleapis.com, BUCKET.storage.localhost).
//
// `call.method` is the JSON API's name of what the request comes to, so that one fault plan is for
// both: parts of a multipart upload are storage.objects.insert, an abort is storage.objects.delete.
GcsHandler RouteXml(GcsCall& call);

}  // namespace hyperlocal::gcs
