#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "engine/http/http_message.h"

namespace hyperlocal::gcs {

// Reads a multipart body (RFC 2046 section 5.1), fed in pieces of any size, and hands its parts on
// as they come; memory holds a part's head and never its content. Lines end in CRLF or, if the
// first delimiter's does, in LF: both come from real clients. What follows the closing delimiter is
// ignored, as is what precedes the first one. One thread.
class MultipartReader {
 public:
  struct Sink {
    std::function<Status(const HttpHeaders& headers)> begin;
    std::function<Status(std::string_view bytes)> content;
    std::function<Status()> end;
  };

  // Error: kBadRequest when a Content-Type is no multipart or has no usable boundary.
  static Result<std::string> BoundaryOf(std::string_view content_type);

  MultipartReader(std::string_view boundary, Sink sink);
  MultipartReader(const MultipartReader&) = delete;
  MultipartReader& operator=(const MultipartReader&) = delete;

  // Errors: kBadRequest (a part's head makes no sense or is too large), or the sink's own.
  Status Feed(std::string_view bytes);
  // Error: kBadRequest when the body ended before its closing delimiter.
  Status Finish();

 private:
  enum class State { kPreamble, kDelimiter, kHead, kContent, kEpilogue };

  // Each answers whether it got on; if not, it needs more bytes.
  Result<bool> ReadPreamble();
  Result<bool> ReadDelimiter();
  Result<bool> ReadHead();
  Result<bool> ReadContent();
  Result<bool> Step();
  Status EndPart();
  void Consume(std::size_t count) { rest_.remove_prefix(count); }

  const Sink sink_;
  const std::string dashes_;  // "--boundary"
  std::string line_end_ = "\r\n";
  std::string delimiter_;  // the line end and the dashes
  State state_ = State::kPreamble;
  bool in_part_ = false;
  bool at_start_ = true;      // of the body, or of a part's content
  std::string_view matched_;  // what ReadDelimiter's place was found by
  std::string carried_;       // bytes of earlier pieces that are not used up
  std::string_view rest_;     // what is being read
};

// The fields of a head, up to and without its empty line. Error: kBadRequest.
Result<HttpHeaders> ParseHeaderLines(std::string_view head);

}  // namespace hyperlocal::gcs
