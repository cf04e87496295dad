#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

using TimePoint = std::chrono::system_clock::time_point;

// What an execution asks of the world. It goes on when the answer comes as an Event with the
// effect's id. Until then the effect is part of the execution: after a restart PendingEffects gives
// it again.

// `auth` of an HTTP call: which token goes with it. The definition holds no credentials, so whoever
// performs the call has to come by one, or does without.
struct HttpAuth {
  enum class Type : std::uint8_t { kNone, kOidc, kOauth2 };
  Type type = Type::kNone;
  std::string audience;             // of an identity token (OIDC)
  std::vector<std::string> scopes;  // of an access token (OAuth2)

  bool operator==(const HttpAuth&) const = default;
};

struct HttpRequest {
  std::string method;
  std::string url;  // with its query, encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{0};
  HttpAuth auth;

  bool operator==(const HttpRequest&) const = default;
};

// Also a retry's back-off.
struct Sleep {
  TimePoint until;

  bool operator==(const Sleep&) const = default;
};

// Waits for a request to a callback endpoint, but no longer than `until`.
struct AwaitCallback {
  std::string callback;  // its id
  TimePoint until;

  bool operator==(const AwaitCallback&) const = default;
};

// A Google API, or experimental.executions.*, by its full name.
struct ConnectorCall {
  std::string name;
  Value arguments;  // a map

  bool operator==(const ConnectorCall&) const = default;
};

struct Effect {
  std::uint64_t id = 0;
  std::variant<HttpRequest, Sleep, AwaitCallback, ConnectorCall> what;

  bool operator==(const Effect&) const = default;
};

// What sys.log wrote. Not awaited.
struct LogEntry {
  std::string severity;  // "DEFAULT", "INFO", …
  Value payload;         // `data`, `text` or `json`
  TimePoint time;
  std::string routine;
  std::string step;
};

}  // namespace hyperlocal::workflow
