#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/http/http_message.h"
#include "engine/http/http_proxies.h"
#include "engine/http_caller.h"

namespace hyperlocal {

struct HttpClientOptions {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(20);  // name, TCP, TLS, proxy
  // Longest silence in the middle of an exchange. The wait for an answer counts: a service that
  // works for minutes before it says anything needs more.
  std::chrono::milliseconds stall_timeout = std::chrono::minutes(2);
  // A connection that has not been used for so long is not used again.
  std::chrono::milliseconds keep_alive = std::chrono::seconds(50);
  std::size_t max_idle_per_origin = 32;
  std::size_t max_idle = 128;
  HttpProxies proxies;
  // Certificate authorities (PEM), a file and a directory; empty: the system's.
  std::string ca_file;
  std::string ca_directory;
  std::string user_agent = "hyperlocal";

  // The defaults, with proxies and authorities as the environment has them (HTTP_PROXY and its
  // like, SSL_CERT_FILE, SSL_CERT_DIR).
  static HttpClientOptions FromEnvironment();
};

// Takes a part of a body, at most some hundred KiB.
using HttpBodySink = std::function<Status(std::string_view part)>;

// Fills `to` with the bytes from `offset` on; at least one of them.
using HttpBodySource =
    std::function<Result<std::size_t>(std::uint64_t offset, char* to, std::size_t room)>;

struct HttpExchange {
  std::string method;
  std::string url;  // absolute, encoded
  // Host, Content-Length, Connection and Transfer-Encoding are the client's to write.
  HttpHeaders headers;

  std::string body;       // when there is no source
  HttpBodySource source;  // streamed, from offset 0 on
  std::uint64_t source_length = 0;

  // Is told status and headers as soon as they are there, and answers where the body goes: an empty
  // function means HttpReply::body.
  std::function<HttpBodySink(const HttpReply& head)> on_head;
  std::size_t max_reply_bytes = std::size_t{64} << 20;  // of a body that goes to HttpReply::body

  std::chrono::milliseconds timeout = std::chrono::minutes(5);  // of the whole exchange
  CancellationToken cancelled;
};

// A whole answer; or why there is none; or, as an Error, what source or sink failed with, and what
// no repetition would change: an address or a header that is none, a proxy or authorities that
// cannot be used, a certificate that is not accepted. (What source and sink do not fail with was
// found before anything of the request was sent.)
using HttpResult = std::variant<HttpReply, HttpCallFailure, Error>;

// HTTP/1.1 to any number of servers, over TCP and TLS. Any number of threads; a call blocks its
// thread, and ends within about 100 ms once it is cancelled.
//
// Connections are kept and used again. One that its server has closed meanwhile is found out before
// it is used; a request is sent again, on a new connection, only if not a byte of it had been sent.
// A redirection is an answer like any other. Bodies come as they were sent: no Content-Encoding is
// undone. A server may answer before it has read the whole body: an answer of 400 and above ends
// the sending.
//
// Not over cpp-httplib, whose client in the version we build with waits with select() (1024
// descriptors), knows no limit for a whole exchange, cannot be interrupted while it looks up a name
// or connects, undoes encodings, and does not tell whether a failed request had been sent.
//
// Messages of failures name host and port, never a path, a query or a header: those may be secret.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options);
  ~HttpClient();  // no call may be under way

  HttpResult Exchange(const HttpExchange& exchange);

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal
