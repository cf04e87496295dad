#pragma once

#include <string_view>

#include "engine/http_caller.h"
#include "orchestrator/run/effect.h"
#include "orchestrator/stdlib/arguments.h"
#include "orchestrator/stdlib/raised.h"

namespace hyperlocal::workflow {

// What one of the functions http.get, http.post, …, http.request is to send, from its arguments.
// Raises TypeError and ValueError naming the argument.
//   A body goes out as JSON unless a Content-Type header says otherwise; bytes go out as they are,
// as application/octet-stream; text/* and application/x-www-form-urlencoded take a string.
//   The URL's query gets the entries of `query` behind its own.
Raising<HttpRequest> BuildHttpRequest(const Arguments& arguments);

// What the function returns: the map {body, code, headers}. Raises an HttpError for a status of 400
// and above, with the same entries; ConnectionFailedError, ConnectionError and TimeoutError without
// them; the uncatchable ResourceLimitError for an answer that was too large.
//   A body of a JSON type is decoded, one of text/* a string, an empty one null and any other
// bytes. One that claims to be JSON and is not stays a string. Headers have canonical names
// (Content-Type); a repeated one is joined by commas.
Raising<Value> HttpResult(const HttpOutcome& outcome);

// What goes to the caller: the request, its User-Agent and limits. The token of `auth` is not in
// it: whoever performs the call adds it.
HttpCall ToHttpCall(const HttpRequest& request, std::size_t max_reply_bytes);

}  // namespace hyperlocal::workflow
