#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <variant>

#include "engine/http/http_message.h"

namespace hyperlocal {

struct HttpCall {
  std::string method;
  std::string url;  // absolute, encoded
  HttpHeaders headers;
  std::string body;
  std::chrono::milliseconds timeout = std::chrono::minutes(5);  // from here to the last byte
  std::size_t max_reply_bytes = std::size_t{64} << 20;
};

struct HttpReply {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

// An exchange that ended without a whole answer.
struct HttpCallFailure {
  enum class Kind {
    kNotConnected,  // refused, no such host: the request cannot have had an effect
    kBroken,        // connected, then cut, reset or garbled
    kTimedOut,
    kReplyTooLarge,
    kCancelled,
  };
  Kind kind = Kind::kBroken;
  std::string message;
};

using HttpOutcome = std::variant<HttpReply, HttpCallFailure>;

// Makes HTTP requests for somebody who does not want to wait: the orchestrator.
class HttpCaller {
 public:
  virtual ~HttpCaller() = default;
  // Calls `done` once, from any thread, perhaps before this returns.
  virtual void Start(HttpCall call, std::function<void(HttpOutcome)> done) = 0;
};

}  // namespace hyperlocal
