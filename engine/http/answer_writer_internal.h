#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/http/accepted_socket_internal.h"
#include "engine/http/http_server.h"
#include "engine/http/response_head_internal.h"

namespace hyperlocal {

// What an answer has to know of the request.
struct AnswerTerms {
  bool head_only = false;  // the method is HEAD
  int minor_version = 1;   // HTTP/1.<this>
  bool keep_alive = true;  // both ends want to
  std::chrono::milliseconds stall_timeout{};
};

// Sends answers. A worker thread has one.
class AnswerWriter {
 public:
  // What is to become of the connection.
  enum class Outcome {
    kKept,    // the whole answer is out, and the next request may come
    kClosed,  // everything that was to be sent is, and the connection ends
    kReset,   // it ends with a reset
    kBroken,  // the client went away or stood still; nothing more can be done
  };

  // A head and a small body leave in one packet. An answer that cannot be sent as it is (status,
  // header injection) is replaced by a 500.
  Outcome Send(AcceptedSocket& socket, const AnswerTerms& terms, const HttpResponse& response);

 private:
  // The most that is asked of a source at once.
  static constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

  Outcome SendBody(AcceptedSocket& socket, const AnswerTerms& terms, const HttpResponse& response,
                   ResponseFraming::Kind framing);
  Outcome SendSource(AcceptedSocket& socket, const AnswerTerms& terms, const HttpResponse& response,
                     ResponseFraming::Kind framing, std::uint64_t limit);

  HttpDate date_;
  std::string head_;
  // Not initialised: pages that no answer reaches are never touched.
  std::unique_ptr<char[]> piece_{new char[kPieceBytes]};
};

}  // namespace hyperlocal
