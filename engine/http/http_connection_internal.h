#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/http/byte_stream_internal.h"
#include "engine/http/http_client.h"

namespace hyperlocal {

// A connection with what was read from it and not yet used. One thread at a time.
class HttpConnection {
 public:
  // `name` is host and port, for messages.
  HttpConnection(std::unique_ptr<ByteStream> stream, std::string name);

  const std::string& name() const { return name_; }
  // Whether the other side has neither closed it nor said something that nobody asked for.
  bool IsIdle();

  // What is there already.
  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void Use(std::size_t bytes) { begin_ += bytes; }
  // Reads more behind what is unread, waiting for it. False: the other side has closed its end.
  // `what` completes "while …" in the failure's message.
  Attempt<bool> Read(ExchangeLimits& limits, const std::string& what);
  // The same without waiting; false also when nothing is there.
  Attempt<bool> ReadWhatIsThere(const std::string& what);
  bool ended() const { return ended_; }
  bool IsFull() const;

  // Sends a part of `bytes`, waiting for room; the count. Ends early, with 0, when something has
  // come from the other side while there was no room.
  Attempt<std::size_t> Send(std::string_view bytes, ExchangeLimits& limits,
                            const std::string& what);

 private:
  Attempt<bool> Took(const ByteStream::Step& step, const std::string& what);
  HttpCallFailure Broken(const std::string& what, const std::string& why) const;

  std::unique_ptr<ByteStream> stream_;
  std::string name_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
};

// The head of an answer as it stands at the beginning of `text`, and how many bytes it has.
struct HttpHead {
  HttpReply reply;  // without its body
  bool is_http_1_0 = false;
  std::size_t size = 0;
};
// nullopt: the head is not whole yet. A text that is no such head gives what is wrong with it.
std::variant<std::optional<HttpHead>, std::string> ParseHttpHead(std::string_view text);

// How the end of a body is known (RFC 9112 section 6.3).
struct HttpFraming {
  enum class Kind { kNone, kLength, kChunked, kUntilClosed };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;
  bool keeps_connection = false;
};
// What is wrong with the headers, if they contradict themselves.
std::variant<HttpFraming, std::string> FramingOf(const HttpHead& head, std::string_view method);

// nullopt: the whole body was given to `sink`.
using BodyFailure = std::optional<std::variant<HttpCallFailure, Error>>;
BodyFailure ReadHttpBody(HttpConnection& connection, const HttpFraming& framing,
                         const HttpBodySink& sink, ExchangeLimits& limits);

}  // namespace hyperlocal
