#pragma once

#include <memory>
#include <string>

#include "engine/error/result.h"
#include "engine/http/byte_stream_internal.h"

namespace hyperlocal {

// Whom a TLS client believes. Any number of threads.
class TlsTrust {
 public:
  // A file of certificates (PEM) and a directory of them under their hashed names; both empty: the
  // system's. Error: kInvalidConfig when one that is named cannot be used.
  static Result<std::unique_ptr<TlsTrust>> Load(const std::string& file,
                                                const std::string& directory);
  ~TlsTrust();

  // Shakes hands and checks that the other side is `host`. On failure nothing of a request was
  // sent: kNotConnected, or kPermission for a certificate that is not accepted, which the next
  // attempt would not change.
  std::variant<std::unique_ptr<ByteStream>, HttpCallFailure, Error> Secure(
      FileDescriptor socket, const std::string& host, ExchangeLimits& limits,
      ExchangeLimits::TimePoint limit) const;

 private:
  struct Context;
  explicit TlsTrust(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;
};

}  // namespace hyperlocal
