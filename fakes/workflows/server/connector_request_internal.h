#pragma once

#include <string>
#include <string_view>

#include "orchestrator/check/connector.h"
#include "orchestrator/run/effect.h"
#include "orchestrator/stdlib/raised.h"

namespace hyperlocal::workflows {

// The HTTP request of a connector: its path filled in, the other arguments as the query, `body` as
// JSON. Object names may come percent-encoded, as Google's connectors want them, or plain; both
// reach the service alike. Raises TypeError naming the argument.
workflow::Raising<workflow::HttpRequest> ConnectorRequest(const workflow::ConnectorMethod& method,
                                                          std::string_view base_url,
                                                          const workflow::Value& arguments);

}  // namespace hyperlocal::workflows
