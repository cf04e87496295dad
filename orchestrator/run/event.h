#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "engine/http_caller.h"
#include "orchestrator/run/effect.h"
#include "orchestrator/stdlib/raised.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// The execution begins.
struct Started {};

// An HttpRequest was answered, or failed.
struct HttpAnswered {
  std::uint64_t effect = 0;
  HttpOutcome outcome;
};

// The time of a Sleep has come, or that of an AwaitCallback is over.
struct TimeCame {
  std::uint64_t effect = 0;
};

// A request came to a callback endpoint: a map of http_request, received_time and type. It is kept
// when nobody waits for it yet.
struct CallbackReceived {
  std::string callback;
  Value request;
};

// A ConnectorCall gave a value, or raised one.
struct ConnectorAnswered {
  std::uint64_t effect = 0;
  Raising<Value> outcome;
};

struct Cancelled {};

// What happened, and when. Times never go back from one event of an execution to the next.
struct Event {
  TimePoint time;
  std::variant<Started, HttpAnswered, TimeCame, CallbackReceived, ConnectorAnswered, Cancelled>
      what;
};

}  // namespace hyperlocal::workflow
