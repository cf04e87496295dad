#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/http/http_message.h"

namespace hyperlocal {

// Longest head that is read, request line and fields together, and longest target in it.
inline constexpr std::size_t kMaxHeadBytes = std::size_t{32} << 10;
inline constexpr std::size_t kMaxTargetBytes = std::size_t{16} << 10;

// The request line and the header fields (RFC 9112), and what they say about the message.
struct RequestHead {
  std::string method;
  std::string target;     // origin form or "*"; of an absolute form what follows the authority
  int minor_version = 1;  // HTTP/1.<this>: 0 or 1
  HttpHeaders headers;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool expects_continue = false;  // the client waits for "100 Continue" before it sends the body
  bool keep_alive = true;
};

// What a request that is not understood is answered with, before the connection is closed.
struct HeadRefusal {
  int status = 400;
  std::string reason;
};

// Finds the end of a head while its bytes arrive. Every line ends with CR LF: a bare LF or CR,
// which others in the chain might take for an end of line, is refused.
class HeadScanner {
 public:
  enum class State { kIncomplete, kWhole, kRefused };

  // `bytes` is everything from the start of the head on: what the last call was given, and more.
  State Scan(std::string_view bytes);

  // Where the request line starts (empty lines may stand before it) and where the body does.
  // Of a whole head.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  const HeadRefusal& refusal() const { return refusal_; }
  // Whether anything of a request has been seen.
  bool begun() const { return at_ > 0; }

 private:
  State Refuse(int status, std::string reason);

  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t at_ = 0;    // looked at so far
  std::size_t line_ = 0;  // where the line that contains at_ starts
  HeadRefusal refusal_;
};

// `head` is a whole one, from the request line to the empty line at its end, as HeadScanner found
// it. Strict: whatever two readers could understand differently is refused with 400 (both a length
// and a transfer coding, a length given twice, a space before a colon, folded lines, no Host or two
// of them, control characters).
std::variant<RequestHead, HeadRefusal> ParseRequestHead(std::string_view head);

}  // namespace hyperlocal
