#pragma once

#include <string>
#include <string_view>

#include "engine/http_caller.h"
#include "orchestrator/run/effect.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// What events.await_callback returns for a request to a callback endpoint: {http_request: {body,
// headers, method, query, url}, received_time, type}. `url` is the endpoint's, with the query
// behind `?`. The body is decoded as that of an HTTP response is.
Value CallbackRequest(std::string_view method, const std::string& url, const HttpHeaders& headers,
                      const std::string& body, TimePoint received);

}  // namespace hyperlocal::workflow
