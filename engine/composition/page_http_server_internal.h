#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace hyperlocal {

// What a path is answered with.
struct HttpAnswer {
  int status = 200;
  std::string type;
  std::uint64_t size = 0;
  // Puts at most `room` bytes of the body, from `offset` on, to `to`; tells how many, or -1. Lives
  // until the answer is sent.
  std::function<std::int64_t(std::uint64_t offset, char* to, std::size_t room)> read;
};

// GET and HEAD over loopback: ranges, connections that are kept alive, no compression.
//
// The destructor ends the connections at once: a browser keeps them open for later, and httplib by
// itself waits for their keep-alive time.
class PageHttpServer {
 public:
  // `answer` gets the path of a request, decoded, without query and fragment; several threads call
  // it. Null when no loopback port can be had.
  using Handler = std::function<HttpAnswer(const std::string& path)>;
  static std::unique_ptr<PageHttpServer> Start(Handler answer);
  ~PageHttpServer();

  int port() const { return port_; }

 private:
  struct Running;
  PageHttpServer();

  int port_ = 0;
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal
