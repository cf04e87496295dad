#include "engine/http/http_worker_internal.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>
#include <variant>

#include "engine/http/request_body_internal.h"

namespace hyperlocal {
namespace {

using std::chrono::milliseconds;
using Clock = AcceptedConnection::Clock;
using Arrival = AcceptedSocket::Arrival;

// What is read and dropped of a body that the handler did not want, to keep the connection.
constexpr std::uint64_t kDrainBytes = std::uint64_t{1} << 20;
constexpr milliseconds kDrainTime(2'000);
// How long a client may take to notice that its connection is closed.
constexpr milliseconds kLingerTime(2'000);

// What a handler sees.
class ServedRequest final : public HttpRequest {
 public:
  ServedRequest(RequestHead head, RequestBody& body, const AcceptedConnection& connection)
      : body_(body), socket_(connection.socket) {
    method = std::move(head.method);
    target = std::move(head.target);
    headers = std::move(head.headers);
    peer = connection.peer;
    content_length = head.content_length;
    has_body = head.chunked || head.content_length.has_value();
  }

  Status ReadBody(const BodySink& sink) override { return body_.Read(sink); }
  bool ClientIsGone() const override { return ClientGoesWithin(milliseconds(0)); }
  bool ClientGoesWithin(milliseconds time) const override { return socket_.ClosesWithin(time); }

 private:
  RequestBody& body_;
  const AcceptedSocket& socket_;
};

HttpResponse PlainText(int status, const std::string& text) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = text + "\n";
  return response;
}

HttpResponse Handle(const HttpServer::Handler& handler, HttpRequest& request) {
  try {
    HttpResponse response;
    handler(request, response);
    return response;
  } catch (const std::exception& thrown) {
    return PlainText(500, std::string("the handler failed: ") + thrown.what());
  } catch (...) {
    return PlainText(500, "the handler failed");
  }
}

}  // namespace

void HttpService::Park(AcceptedConnection& connection, Clock::time_point end, bool added) {
  connection.Wait(end);
  // After that, not before: either Stop sees that the connection waits, or it is seen here that
  // Stop was called.
  if (stopping) connection.socket.Shut(SHUT_RD);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
  event.data.ptr = &connection;
  // From here on it belongs to whoever is told of it.
  ::epoll_ctl(epoll.get(), added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, connection.socket.get(), &event);
}

void HttpWorker::Run() {
  for (;;) {
    epoll_event event{};
    const int ready = ::epoll_wait(service_.epoll.get(), &event, 1, -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 1 || event.data.ptr == nullptr) return;
    Serve(*static_cast<AcceptedConnection*>(event.data.ptr));
  }
}

void HttpWorker::Serve(AcceptedConnection& connection) {
  const bool expired = connection.Take();
  if (expired || service_.stopping) connection.socket.KnowsReadingIsShut();
  buffer_.Restart(std::exchange(connection.kept, {}));
  if (connection.lingering) return Linger(connection, expired);
  Clock::time_point until = std::exchange(connection.until, {});
  HeadScanner scanner;
  for (;;) {
    const HeadScanner::State state = scanner.Scan(buffer_.unused());
    if (state == HeadScanner::State::kRefused) {
      return Refuse(connection, scanner.refusal().status, scanner.refusal().reason);
    }
    if (state == HeadScanner::State::kWhole) {
      if (!Exchange(connection, scanner, expired)) return;
      // The next request will rarely be there yet. If it is, the epoll says so at once.
      if (buffer_.empty() && !expired) {
        return service_.Park(connection, Clock::now() + service_.options.idle_timeout);
      }
      scanner = HeadScanner();
      until = {};
      continue;
    }
    const auto room = buffer_.Room();
    const Arrival arrival = connection.socket.TryReceive(room.data(), room.size());
    if (arrival.kind == Arrival::Kind::kBytes) {
      buffer_.Received(arrival.size);
    } else if (arrival.kind == Arrival::Kind::kEnd) {
      if (expired && scanner.begun() && !service_.stopping) {
        return Refuse(connection, 408, "the rest of the request did not come");
      }
      return Close(connection, false);
    } else if (!scanner.begun()) {
      return service_.Park(connection, Clock::now() + service_.options.idle_timeout);
    } else {
      connection.kept = buffer_.unused();
      const bool begins = until == Clock::time_point{};
      connection.until = begins ? Clock::now() + service_.options.stall_timeout : until;
      return service_.Park(connection, connection.until);
    }
  }
}

bool HttpWorker::Exchange(AcceptedConnection& connection, const HeadScanner& found, bool last) {
  auto parsed =
      ParseRequestHead(buffer_.unused().substr(found.begin(), found.end() - found.begin()));
  buffer_.Use(found.end());
  if (const auto* refusal = std::get_if<HeadRefusal>(&parsed)) {
    Refuse(connection, refusal->status, refusal->reason);
    return false;
  }
  auto& head = std::get<RequestHead>(parsed);
  AnswerTerms terms{.head_only = head.method == "HEAD",
                    .minor_version = head.minor_version,
                    .keep_alive = head.keep_alive && !last,
                    .stall_timeout = service_.options.stall_timeout};
  RequestBody body(head, connection.socket, buffer_, terms.stall_timeout);
  ServedRequest request(std::move(head), body, connection);
  const HttpResponse response = Handle(service_.handler, request);
  if (body.malformed()) {
    Refuse(connection, 400, std::string(body.mistake()));
    return false;
  }
  terms.keep_alive = terms.keep_alive && !service_.stopping && !body.CannotDrain(kDrainBytes);
  AnswerWriter::Outcome outcome = AnswerWriter::Outcome::kClosed;
  try {
    outcome = writer_.Send(connection.socket, terms, response);
  } catch (...) {
    // A source that throws is a source that fails.
  }
  switch (outcome) {
    case AnswerWriter::Outcome::kKept:
      if (body.Drain(kDrainBytes, kDrainTime)) return true;
      Close(connection, true);
      return false;
    case AnswerWriter::Outcome::kClosed:
      Close(connection, !body.finished() || !buffer_.empty());
      return false;
    case AnswerWriter::Outcome::kReset:
      connection.socket.ResetAtClose();
      break;
    case AnswerWriter::Outcome::kBroken:
      break;
  }
  Close(connection, false);
  return false;
}

void HttpWorker::Refuse(AcceptedConnection& connection, int status, const std::string& reason) {
  const AnswerTerms terms{.keep_alive = false, .stall_timeout = service_.options.stall_timeout};
  const auto outcome = writer_.Send(connection.socket, terms, PlainText(status, reason));
  Close(connection, outcome != AnswerWriter::Outcome::kBroken);
}

void HttpWorker::Close(AcceptedConnection& connection, bool unread) {
  if (!unread) return service_.connections.Remove(connection);
  connection.socket.FinishSending();
  connection.lingering = true;
  connection.until = Clock::now() + std::min(kLingerTime, service_.options.stall_timeout);
  service_.Park(connection, connection.until);
}

void HttpWorker::Linger(AcceptedConnection& connection, bool expired) {
  // Whoever sends on and on is read no further.
  constexpr int kMostReads = 4096;
  Arrival arrival{Arrival::Kind::kBytes, 0};
  for (int reads = 0; reads < kMostReads && arrival.kind == Arrival::Kind::kBytes; ++reads) {
    const auto room = buffer_.Room();
    arrival = connection.socket.TryReceive(room.data(), room.size());
  }
  if (expired || arrival.kind != Arrival::Kind::kNothingYet) {
    return service_.connections.Remove(connection);
  }
  service_.Park(connection, connection.until);
}

}  // namespace hyperlocal
