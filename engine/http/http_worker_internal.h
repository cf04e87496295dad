#pragma once

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <atomic>
#include <string>
#include <utility>

#include "engine/http/answer_writer_internal.h"
#include "engine/http/connection_registry_internal.h"
#include "engine/http/http_server.h"
#include "engine/http/receive_buffer_internal.h"
#include "engine/http/request_head_internal.h"

namespace hyperlocal {

// What the threads of a server share.
struct HttpService {
  HttpService(HttpServerOptions its_options, HttpServer::Handler its_handler)
      : options(std::move(its_options)), handler(std::move(its_handler)) {}

  const HttpServerOptions options;
  const HttpServer::Handler handler;
  const FileDescriptor epoll{::epoll_create1(EPOLL_CLOEXEC)};  // of what waits, and of `ended`
  const FileDescriptor ended{::eventfd(0, EFD_CLOEXEC)};  // readable when the workers are to go
  ConnectionRegistry connections;
  std::atomic<bool> stopping{false};  // every answer is the last of its connection

  // Gives the connection away: it waits until `end` for its client, then some worker takes it.
  // `added` is false for a connection that the epoll does not know yet.
  void Park(AcceptedConnection& connection, AcceptedConnection::Clock::time_point end,
            bool added = true);
};

// One of the threads that serve connections. They all wait in one epoll, which hands every readable
// connection to one of them (EPOLLONESHOT): no thread stands between the network and the handler.
class HttpWorker {
 public:
  // `service` outlives it.
  explicit HttpWorker(HttpService& service) : service_(service) {}

  // Returns when the service has ended.
  void Run();

 private:
  // Everything that can be done on the connection without waiting for the next request; in the end
  // it is parked or closed.
  void Serve(AcceptedConnection& connection);
  // One request, whose head is in the buffer. False when the connection is no longer ours.
  bool Exchange(AcceptedConnection& connection, const HeadScanner& found, bool last);
  void Refuse(AcceptedConnection& connection, int status, const std::string& reason);
  // The connection ends. With `unread`, bytes that nobody will read may have come or be coming: to
  // close with those would send a reset, and the client might lose the answer; so it is kept for a
  // moment.
  void Close(AcceptedConnection& connection, bool unread);
  void Linger(AcceptedConnection& connection, bool expired);

  HttpService& service_;
  ReceiveBuffer buffer_;
  AnswerWriter writer_;
};

}  // namespace hyperlocal
