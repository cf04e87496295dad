#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>

#include "engine/file/file_descriptor_internal.h"
#include "engine/http/exchange_limits_internal.h"
#include "engine/http/http_url.h"
#include "engine/http_caller.h"

namespace hyperlocal {

// A value, or why there is none.
template <typename T>
using Attempt = std::variant<T, HttpCallFailure>;

// A connection whose calls never wait: they say what to wait for. One thread.
class ByteStream {
 public:
  enum class Outcome {
    kMoved,     // `bytes` of them, at least one
    kWantRead,  // wait until the socket is readable, then call again with the same arguments
    kWantWrite,
    kEnd,     // the other side has sent all it will
    kFailed,  // `message` says why; the connection is of no use any more
  };
  struct Step {
    Outcome outcome = Outcome::kFailed;
    std::size_t bytes = 0;
    std::string message = {};
  };

  virtual ~ByteStream() = default;
  virtual Step Read(char* to, std::size_t room) = 0;
  virtual Step Write(const char* from, std::size_t size) = 0;
  // Whether Read would give something without the socket being readable.
  virtual bool HasUnread() const = 0;
  virtual int socket() const = 0;
};

// Connects to `host` at `port`: all its addresses in turn, each within its share of what is left
// until `limit`.
Attempt<FileDescriptor> ConnectSocket(const std::string& host, int port, ExchangeLimits& limits,
                                      ExchangeLimits::TimePoint limit);

std::unique_ptr<ByteStream> MakePlainStream(FileDescriptor socket);

// What an ended wait means: "nothing came for 60 s while …".
HttpCallFailure WaitFailure(ExchangeLimits::Wait wait, const std::string& what);

}  // namespace hyperlocal
