#pragma once

#include <string>
#include <string_view>

#include "engine/error/error.h"

namespace hyperlocal {

// The body of an answer that fails: {"error": <name>, "message": …}. The name is the wire name of
// the error table; the HTTP status to send with it is error.spec().http_status. Bytes of the
// message that are not text become U+FFFD: a failure must be tellable whatever it says.
std::string FailureBody(const Error& error);

// What a service meant by an answer that is not 200, whoever wrote the service. Of the table's rows
// the one with that wire name counts, then one with that second spelling. A name that no row has
// goes into the message, and the status decides what the workflow's retry rule would: a 403, a 429
// and every 5xx may succeed when repeated (kPermission for the 403, else kInternal), the rest not
// (kBadRequest). So does an answer without a readable body, which is quoted from its beginning.
Error ErrorOfAnswer(int http_status, std::string_view body);

}  // namespace hyperlocal
