#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// GET /_hyperlocal/events[?bucket=…][&prefix=…][&requests=true]: what happens, as it happens, until
// the client goes or the server stops. Server-sent events for a client that accepts
// text/event-stream, else JSON lines. The first one says that from here on nothing is missed.
void StreamEvents(GcsCall& call);

}  // namespace hyperlocal::gcs
