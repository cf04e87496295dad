#pragma once

#include <string_view>

#include "engine/http/http_server.h"

namespace hyperlocal::cloud_run {

// What the edge itself answers in the place of the service, as far as it is known in the real
// one's words: pages for 401, 403, 413 and 500, plain text for 429, 503 and 504.
void AnswerFromEdge(HttpResponse& response, int status, std::string_view path);

}  // namespace hyperlocal::cloud_run
