#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "engine/http/http_message.h"

namespace hyperlocal {

// How the body of an answer ends, as its head says.
struct ResponseFraming {
  enum class Kind {
    kNone,     // the status has no body (204, 304): neither a length nor a coding is sent
    kLength,   // Content-Length
    kChunks,   // Transfer-Encoding: chunked
    kToClose,  // HTTP/1.0 and no length: what comes before the connection closes
  };
  Kind kind = Kind::kLength;
  std::uint64_t length = 0;
  bool close = false;       // Connection: close
  bool keep_alive = false;  // Connection: keep-alive, which HTTP/1.0 needs
};

// Writes status line and header fields behind `to`. Content-Length, Transfer-Encoding, Connection,
// Keep-Alive and Date among `headers` are left out: they come from `framing` and `date` (in HTTP's
// form). Error: kInternal, `to` unchanged, when the status is not 200..599 or a field would break
// out of its line; never sent.
Status AppendResponseHead(std::string& to, int status, const HttpHeaders& headers,
                          const ResponseFraming& framing, std::string_view date);

// "Not Found"; "Unknown" for a status that HTTP does not name.
std::string_view ReasonOf(int status);

// The time now as HTTP writes it, "Tue, 24 Nov 2026 16:39:09 GMT"; written anew once a second. Of
// one thread.
class HttpDate {
 public:
  std::string_view Now();

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

}  // namespace hyperlocal
