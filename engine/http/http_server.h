#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "engine/http/http_message.h"

namespace hyperlocal {

// One request as it came over the wire. Lives until its answer is sent or given up; one thread.
class HttpRequest {
 public:
  // A part of the body, at most some hundred KiB. An error ends the reading and is what ReadBody
  // answers.
  using BodySink = std::function<Status(std::string_view part)>;

  virtual ~HttpRequest() = default;

  std::string method;  // GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS
  // Path and query, not decoded: "/b/x/o/a%2Fb?alt=media". Starts with a slash (or is "*", with
  // OPTIONS). Of an absolute one, as clients of a proxy send it, the rest after the host.
  std::string target;
  HttpHeaders headers;
  std::string peer;                             // the client's IP address
  std::optional<std::uint64_t> content_length;  // of the body, as declared
  // Whether a body follows: a length or chunks are declared. Without one ReadBody reads nothing.
  bool has_body = false;

  // target up to the `?`, and what follows it (without the `?`).
  std::string_view path() const;
  std::string_view query() const;

  // Streams the body, its transfer coding removed and its Content-Encoding left alone; sends
  // `100 Continue` first where the client waits for it. At most once. Errors: kIo when the client
  // went away before the declared end, kTimeout when it sent nothing for too long, kBadRequest when
  // the chunks make no sense (the client is then told so by the server, whatever the handler
  // answers), or the sink's own.
  //
  // What is left unread is read and dropped after the answer, up to 1 MiB; with more than that the
  // connection is closed.
  virtual Status ReadBody(const BodySink& sink) = 0;
  // A whole small body. Error: kBadRequest above `limit` bytes, else as ReadBody.
  Result<std::string> ReadSmallBody(std::size_t limit);
  // Whether the client has closed its end: an answer would reach nobody. Also when Stop cuts.
  virtual bool ClientIsGone() const = 0;
  // Sleeps for `time`, or until ClientIsGone, and tells whether that is so. For answers that take
  // their time on purpose: Stop waits for handlers and sources to return.
  virtual bool ClientGoesWithin(std::chrono::milliseconds time) const = 0;
};

// What a request is answered with. Content-Length, Connection, Date and Transfer-Encoding are the
// server's to write: such headers are dropped. A header with a control character in it is never
// sent; the client gets a 500 instead. A body is sent as it is, never compressed; with HEAD, 204
// and 304 none is, and the source is not called.
struct HttpResponse {
  // Puts at most `room` bytes (256 KiB or less) of the body from `offset` on to `to`; what it puts
  // is sent at once. 0 at the end of a body of unknown length. An error, or an end too early,
  // breaks the connection: the client sees a short body.
  using BodySource =
      std::function<Result<std::size_t>(std::uint64_t offset, char* to, std::size_t room)>;

  int status = 200;
  HttpHeaders headers;
  std::string body;   // when there is no source
  BodySource source;  // streamed; what it holds is kept until the last byte is sent
  std::optional<std::uint64_t> source_length;  // unknown: sent in chunks

  // Injected faults. The head, if any is sent, declares the whole length.
  enum class Ending {
    kWhole,
    kClosed,  // the connection is closed after `ending_at` bytes of the body
    kReset,   // the same with a TCP reset, once the client's system has those bytes; at 0 not even
              // the head is sent
  };
  Ending ending = Ending::kWhole;
  std::uint64_t ending_at = 0;
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";  // an address of this machine, or a name of one
  int port = 0;                    // 0: any that is free
  // Requests that are worked on at once; further ones wait. A request holds its thread from its
  // head to the end of its answer, however slow its client is, and clients may wait for each other
  // (a copy reads one body while it sends another): rather too many than too few, they cost next to
  // nothing. A connection that is kept alive and asks nothing holds no thread.
  int threads = 64;
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(10);
  // Longest silence in the middle of a body or an answer. A head must be there whole within that
  // time (else 408), and holds no thread until then.
  std::chrono::milliseconds stall_timeout = std::chrono::minutes(1);
  // Further ones are answered with 503 and closed. The process's limit of descriptors is raised for
  // them as far as it goes; if that is not enough, fewer are taken.
  std::size_t max_connections = 16384;
};

// HTTP/1.1 (and 1.0) over plain TCP, for programs on this machine or behind an edge that speaks
// TLS. Strict about where a message ends (RFC 9112): what two readers could understand differently
// is answered with 400 and the connection closed, without the handler being called. So are heads of
// more than 32 KiB (431), targets of more than 16 KiB (414) and unknown methods (501).
//
// The handler is called on worker threads, many at once; what it throws becomes a 500. The
// destructor stops with no grace.
class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest&, HttpResponse&)>;

  // Errors: kDependencyUnavailable when the port is taken (names its owner where that can be told),
  // the host has no such address, or the system has no threads or descriptors left; kPermission for
  // a reserved port; kUsage for an option that makes no sense.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, Handler handler);
  ~HttpServer();

  int port() const;
  // "http://127.0.0.1:4443"; the loopback address where the host means all addresses.
  std::string base_url() const;
  // Refuses new connections, ends idle ones, lets requests that have arrived finish for `grace`,
  // and cuts what still runs then: reading and sending end at once. Returns when no thread of the
  // server is left, so not before every handler and source has returned; not to be called by one of
  // them. Idempotent.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

 private:
  struct Running;
  explicit HttpServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal
