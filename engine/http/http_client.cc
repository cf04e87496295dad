#include "engine/http/http_client.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "engine/http/connection_pool_internal.h"
#include "engine/http/http_connection_internal.h"
#include "engine/http/tls_stream_internal.h"

namespace hyperlocal {
namespace {

using Kind = HttpCallFailure::Kind;

constexpr std::size_t kSendBytes = std::size_t{256} << 10;  // read from a source at a time
constexpr std::size_t kSmallBody = std::size_t{64} << 10;   // goes in one packet with its head

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool HasLineBreak(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// What would end up as another request, or another header, than the caller meant.
std::optional<Error> Invalid(const HttpExchange& exchange) {
  if (!IsToken(exchange.method)) return Error{ErrorCode::kBadRequest, "not an HTTP method"};
  for (const HttpHeader& field : exchange.headers) {
    if (!IsToken(field.name)) {
      return Error{ErrorCode::kBadRequest, "the name of an HTTP header is none"};
    }
    if (HasLineBreak(field.value)) {
      return Error{ErrorCode::kBadRequest,
                   fmt::format("the HTTP header {} holds a line break", field.name)};
    }
  }
  return std::nullopt;
}

// "Basic …" for the userinfo of a proxy's address.
std::string BasicAuthorization(const std::string& userinfo) {
  const std::string plain = PercentDecode(userinfo).value_or(userinfo);
  std::string encoded(4 * ((plain.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(plain.data()),
                                   static_cast<int>(plain.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return "Basic " + encoded;
}

// Whether the client writes this header itself.
bool IsOurs(std::string_view name) {
  HttpHeaders field;
  field.Add(std::string(name), "");
  return field.Has("Host") || field.Has("Content-Length") || field.Has("Connection") ||
         field.Has("Transfer-Encoding");
}

// Where a connection leads, and how requests are written on it.
struct Route {
  HttpUrl url;
  std::optional<HttpUrl> proxy;
  std::string key;  // of the pool
};

std::string RequestHead(const HttpExchange& exchange, const Route& route,
                        const std::string& user_agent, std::uint64_t body_bytes) {
  const bool through_proxy = route.proxy && !route.url.secure;
  std::string head = exchange.method + " ";
  if (through_proxy) head += route.url.origin();
  head += route.url.target + " HTTP/1.1\r\nHost: " + route.url.authority() + "\r\n";
  for (const HttpHeader& field : exchange.headers) {
    if (!IsOurs(field.name)) head += field.name + ": " + field.value + "\r\n";
  }
  if (!exchange.headers.Has("User-Agent")) head += "User-Agent: " + user_agent + "\r\n";
  if (through_proxy && !route.proxy->userinfo.empty()) {
    head += "Proxy-Authorization: " + BasicAuthorization(route.proxy->userinfo) + "\r\n";
  }
  const bool has_body_by_nature =
      exchange.method == "POST" || exchange.method == "PUT" || exchange.method == "PATCH";
  if (body_bytes > 0 || exchange.source || has_body_by_nature) {
    head += fmt::format("Content-Length: {}\r\n", body_bytes);
  }
  head += "\r\n";
  return head;
}

// How long its server will keep the connection ("Keep-Alive: timeout=5"), one second less.
std::chrono::milliseconds ServersKeepAlive(const HttpHeaders& headers,
                                           std::chrono::milliseconds ours) {
  const std::string_view text = headers.Get("keep-alive");
  const std::size_t at = text.find("timeout=");
  if (at == std::string_view::npos) return ours;
  int seconds = 0;
  const char* const begin = text.data() + at + 8;
  if (std::from_chars(begin, text.data() + text.size(), seconds).ec != std::errc()) return ours;
  return std::min<std::chrono::milliseconds>(ours, std::chrono::seconds(std::max(seconds - 1, 0)));
}

// One request on one connection, and its answer. Once.
class Dialogue {
 public:
  Dialogue(HttpConnection& connection, const HttpExchange& exchange, ExchangeLimits& limits)
      : connection_(connection), exchange_(exchange), limits_(limits) {}

  HttpResult Run(const std::string& head) {
    if (std::optional<HttpResult> failed = SendRequest(head)) return std::move(*failed);
    if (std::optional<HttpResult> failed = ReadHead()) return std::move(*failed);
    auto framing = FramingOf(*head_, exchange_.method);
    if (const auto* const why = std::get_if<std::string>(&framing)) return Garbled(*why);
    return ReadBody(std::get<HttpFraming>(framing));
  }

  // Whether a byte of the request was given to the network.
  bool has_sent() const { return has_sent_; }
  // Whether the connection is good for another request.
  bool is_reusable() const { return is_reusable_; }

 private:
  HttpCallFailure Garbled(const std::string& why) const {
    return {Kind::kBroken, fmt::format("{}: {}", connection_.name(), why)};
  }

  // nullopt: go on and read the answer.
  std::optional<HttpResult> SendRequest(const std::string& head) {
    if (!exchange_.source && exchange_.body.size() <= kSmallBody) {
      return SendAll(head + exchange_.body, true);
    }
    if (auto failed = SendAll(head, false)) return failed;
    if (stopped_) return std::nullopt;
    if (!exchange_.source) return SendAll(exchange_.body, true);
    const auto buffer = std::make_unique_for_overwrite<char[]>(kSendBytes);
    for (std::uint64_t sent = 0; sent < exchange_.source_length && !stopped_;) {
      const auto room = static_cast<std::size_t>(
          std::min<std::uint64_t>(kSendBytes, exchange_.source_length - sent));
      Result<std::size_t> got = exchange_.source(sent, buffer.get(), room);
      if (!got) return HttpResult(std::move(got).error());
      if (*got == 0 || *got > room) {
        return HttpResult(Error{ErrorCode::kIo, "what is to be sent ends before its length"});
      }
      sent += *got;
      if (auto failed = SendAll({buffer.get(), *got}, sent == exchange_.source_length))
        return failed;
    }
    return std::nullopt;
  }

  std::optional<HttpResult> SendAll(std::string_view bytes, bool is_last) {
    while (!bytes.empty()) {
      auto sent = connection_.Send(bytes, limits_, "sending the request");
      if (auto* const failure = std::get_if<HttpCallFailure>(&sent)) {
        // A server that refuses a request may have said so before it closed the connection.
        if (failure->kind == Kind::kBroken && has_sent_ && HasAnswer()) {
          stopped_ = true;
          return std::nullopt;
        }
        return HttpResult(std::move(*failure));
      }
      const std::size_t count = std::get<std::size_t>(sent);
      has_sent_ = has_sent_ || count > 0;
      bytes.remove_prefix(count);
      if (count > 0 && bytes.empty() && is_last) return std::nullopt;
      auto read = connection_.ReadWhatIsThere("sending the request");
      if (auto* const failure = std::get_if<HttpCallFailure>(&read)) return HttpResult(*failure);
      if (IsRefused()) {
        stopped_ = true;
        return std::nullopt;
      }
      if (connection_.ended() && connection_.unread().empty()) {
        return HttpResult(HttpCallFailure{
            Kind::kBroken, fmt::format("{}: the connection was closed in the middle of the request",
                                       connection_.name())});
      }
    }
    return std::nullopt;
  }

  // Whether an answer is there that makes the rest of the body pointless.
  bool IsRefused() {
    if (!TakeHead().has_value()) return false;
    return head_ && head_->reply.status >= 400;
  }

  // Reads what came before the end; whether there is a whole head in it.
  bool HasAnswer() {
    for (;;) {
      auto read = connection_.ReadWhatIsThere("sending the request");
      if (!std::holds_alternative<bool>(read) || !std::get<bool>(read)) break;
    }
    return TakeHead().has_value() && head_.has_value();
  }

  // Looks for a final head in what is unread; interim ones (1xx) are skipped. nullopt: what is
  // there is no head.
  std::optional<Done> TakeHead() {
    while (!head_) {
      auto parsed = ParseHttpHead(connection_.unread());
      if (auto* const why = std::get_if<std::string>(&parsed)) {
        garbled_ = std::move(*why);
        return std::nullopt;
      }
      auto& head = std::get<std::optional<HttpHead>>(parsed);
      if (!head) return Done{};
      connection_.Use(head->size);
      if (head->reply.status == 101) {
        garbled_ = "it changes to another protocol, which nobody asked for";
        return std::nullopt;
      }
      if (head->reply.status >= 200) head_ = std::move(head);
    }
    return Done{};
  }

  std::optional<HttpResult> ReadHead() {
    for (;;) {
      if (!TakeHead()) return HttpResult(Garbled(garbled_));
      if (head_) return std::nullopt;
      if (connection_.IsFull()) return HttpResult(Garbled("the head of the answer is too long"));
      auto read = connection_.Read(limits_, "waiting for the answer");
      if (auto* const failure = std::get_if<HttpCallFailure>(&read)) {
        return HttpResult(std::move(*failure));
      }
      if (!std::get<bool>(read)) {
        return HttpResult(Garbled(connection_.unread().empty()
                                      ? "the connection was closed without an answer"
                                      : "the connection was closed within the head of the answer"));
      }
    }
  }

  HttpResult ReadBody(const HttpFraming& framing) {
    HttpReply& reply = head_->reply;
    HttpBodySink sink = exchange_.on_head ? exchange_.on_head(reply) : HttpBodySink();
    bool too_large = false;
    const std::size_t limit = exchange_.max_reply_bytes;
    if (!sink) {
      if (framing.kind == HttpFraming::Kind::kLength && framing.length > limit) {
        return TooLarge(limit);
      }
      sink = [&reply, &too_large, limit](std::string_view part) -> Status {
        if (part.size() > limit - reply.body.size()) {
          too_large = true;
          return Error{ErrorCode::kIo, "too large"};
        }
        reply.body += part;
        return Ok();
      };
    }
    if (BodyFailure failure = ReadHttpBody(connection_, framing, sink, limits_)) {
      if (too_large) return TooLarge(limit);
      if (auto* const broken = std::get_if<HttpCallFailure>(&*failure)) return std::move(*broken);
      return std::move(std::get<Error>(*failure));
    }
    is_reusable_ = framing.keeps_connection && !stopped_ && connection_.unread().empty();
    return std::move(reply);
  }

  HttpCallFailure TooLarge(std::size_t limit) const {
    return {Kind::kReplyTooLarge,
            fmt::format("{}: the answer is larger than the {} bytes it may be", connection_.name(),
                        limit)};
  }

  HttpConnection& connection_;
  const HttpExchange& exchange_;
  ExchangeLimits& limits_;
  std::optional<HttpHead> head_;
  std::string garbled_;
  bool has_sent_ = false;
  bool stopped_ = false;  // the body was not sent to its end
  bool is_reusable_ = false;
};

}  // namespace

HttpClientOptions HttpClientOptions::FromEnvironment() {
  HttpClientOptions options;
  options.proxies = HttpProxies::FromEnvironment();
  options.ca_file = Environment("SSL_CERT_FILE");
  options.ca_directory = Environment("SSL_CERT_DIR");
  return options;
}

struct HttpClient::Running {
  explicit Running(HttpClientOptions given)
      : options(std::move(given)), pool(options.max_idle_per_origin, options.max_idle) {}

  // Read at the first need: who only speaks plain HTTP needs no authorities.
  Result<const TlsTrust*> Trust() {
    const std::lock_guard lock(trust_mutex);
    if (trust == nullptr) {
      Result<std::unique_ptr<TlsTrust>> loaded =
          TlsTrust::Load(options.ca_file, options.ca_directory);
      if (!loaded) return std::move(loaded).error();
      trust = std::move(*loaded);
    }
    return trust.get();
  }

  Result<Route> RouteTo(const std::string& address) const {
    Result<HttpUrl> url = ParseHttpUrl(address);
    if (!url) return std::move(url).error();
    if (!url->userinfo.empty()) {
      return Error{ErrorCode::kBadRequest,
                   fmt::format("the address of {} holds a name or a password; put them in an "
                               "Authorization header",
                               url->origin())};
    }
    Result<std::optional<HttpUrl>> proxy = options.proxies.For(*url);
    if (!proxy) return std::move(proxy).error();
    Route route{std::move(*url), std::move(*proxy), ""};
    // A proxy's connection is good for every plain origin behind it; a tunnel for one only.
    if (route.proxy) route.key = "via " + route.proxy->origin() + " ";
    if (!route.proxy || route.url.secure) route.key += route.url.origin();
    return route;
  }

  std::variant<std::unique_ptr<HttpConnection>, HttpCallFailure, Error> Connect(
      const Route& route, ExchangeLimits& limits) {
    const auto limit = std::chrono::steady_clock::now() + options.connect_timeout;
    const HttpUrl& next = route.proxy ? *route.proxy : route.url;
    auto connected = ConnectSocket(next.host, next.port, limits, limit);
    if (auto* const failure = std::get_if<HttpCallFailure>(&connected)) return std::move(*failure);
    auto& socket = std::get<FileDescriptor>(connected);
    const std::string name = fmt::format("{} port {}", route.url.host, route.url.port);
    limits.Moved();
    if (!route.url.secure) {
      return std::make_unique<HttpConnection>(MakePlainStream(std::move(socket)), name);
    }
    const Result<const TlsTrust*> authorities = Trust();
    if (!authorities) return authorities.error();
    if (route.proxy) {
      // The tunnel's own head is read from the bare socket, which the handshake then goes on with.
      const int number = ::dup(socket.get());
      if (number < 0) return HttpCallFailure{Kind::kNotConnected, "too many open files"};
      HttpConnection proxy(MakePlainStream(FileDescriptor(number)),
                           fmt::format("the proxy {} port {}", next.host, next.port));
      if (auto failure = OpenTunnel(proxy, route, limits)) return std::move(*failure);
    }
    auto secured = (*authorities)->Secure(std::move(socket), route.url.host, limits, limit);
    if (auto* const failure = std::get_if<HttpCallFailure>(&secured)) return std::move(*failure);
    if (auto* const refusal = std::get_if<Error>(&secured)) return std::move(*refusal);
    limits.Moved();
    return std::make_unique<HttpConnection>(
        std::move(std::get<std::unique_ptr<ByteStream>>(secured)), name);
  }

  std::optional<HttpCallFailure> OpenTunnel(HttpConnection& proxy, const Route& route,
                                            ExchangeLimits& limits) const {
    const bool is_ipv6 = route.url.host.find(':') != std::string::npos;
    const std::string place = (is_ipv6 ? "[" + route.url.host + "]" : route.url.host) + ":" +
                              std::to_string(route.url.port);
    std::string head = "CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n";
    head += "User-Agent: " + options.user_agent + "\r\n";
    if (!route.proxy->userinfo.empty()) {
      head += "Proxy-Authorization: " + BasicAuthorization(route.proxy->userinfo) + "\r\n";
    }
    head += "\r\n";
    const auto not_connected = [&proxy](const std::string& why) {
      return HttpCallFailure{Kind::kNotConnected, fmt::format("{}: {}", proxy.name(), why)};
    };
    for (std::string_view rest = head; !rest.empty();) {
      auto sent = proxy.Send(rest, limits, "asking for a tunnel");
      if (auto* const failure = std::get_if<HttpCallFailure>(&sent)) return Unsent(*failure);
      rest.remove_prefix(std::get<std::size_t>(sent));
    }
    for (;;) {
      const auto parsed = ParseHttpHead(proxy.unread());
      if (const auto* const why = std::get_if<std::string>(&parsed)) return not_connected(*why);
      if (const auto& answer = std::get<std::optional<HttpHead>>(parsed)) {
        const int status = answer->reply.status;
        // What follows the head would be the other side's, before we have said anything: TLS does
        // not begin so.
        if (status >= 200 && status < 300 && proxy.unread().size() == answer->size) {
          return std::nullopt;
        }
        return not_connected(fmt::format("it answers {} to the wish for a tunnel to {}{}", status,
                                         place,
                                         status == 407 ? "; name and password belong into the "
                                                         "proxy's address"
                                                       : ""));
      }
      auto read = proxy.Read(limits, "asking for a tunnel");
      if (auto* const failure = std::get_if<HttpCallFailure>(&read)) return Unsent(*failure);
      if (!std::get<bool>(read)) return not_connected("it closed the connection");
    }
  }

  // A failure on the way to the server: of the request itself nothing was sent.
  static HttpCallFailure Unsent(HttpCallFailure failure) {
    if (failure.kind == Kind::kBroken) failure.kind = Kind::kNotConnected;
    return failure;
  }

  const HttpClientOptions options;
  ConnectionPool pool;
  std::mutex trust_mutex;
  std::unique_ptr<TlsTrust> trust;
};

HttpClient::HttpClient(HttpClientOptions options)
    : running_(std::make_unique<Running>(std::move(options))) {}
HttpClient::~HttpClient() = default;

HttpResult HttpClient::Exchange(const HttpExchange& exchange) {
  if (std::optional<Error> invalid = Invalid(exchange)) return std::move(*invalid);
  Result<Route> routed = running_->RouteTo(exchange.url);
  if (!routed) return std::move(routed).error();
  const Route& route = *routed;
  const HttpClientOptions& options = running_->options;
  ExchangeLimits limits(std::chrono::steady_clock::now() + exchange.timeout, options.stall_timeout,
                        exchange.cancelled);
  const std::uint64_t body_bytes = exchange.source ? exchange.source_length : exchange.body.size();
  const std::string head = RequestHead(exchange, route, options.user_agent, body_bytes);
  for (;;) {
    std::unique_ptr<HttpConnection> connection =
        running_->pool.Take(route.key, std::chrono::steady_clock::now());
    const bool was_used = connection != nullptr;
    if (!was_used) {
      auto connected = running_->Connect(route, limits);
      if (auto* const failure = std::get_if<HttpCallFailure>(&connected)) {
        return std::move(*failure);
      }
      if (auto* const refusal = std::get_if<Error>(&connected)) return std::move(*refusal);
      connection = std::move(std::get<std::unique_ptr<HttpConnection>>(connected));
    }
    Dialogue dialogue(*connection, exchange, limits);
    HttpResult result = dialogue.Run(head);
    const auto* const failure = std::get_if<HttpCallFailure>(&result);
    if (failure != nullptr && was_used && !dialogue.has_sent() && failure->kind == Kind::kBroken) {
      continue;
    }
    if (const auto* const reply = std::get_if<HttpReply>(&result);
        reply != nullptr && dialogue.is_reusable()) {
      running_->pool.Put(
          route.key, std::move(connection),
          std::chrono::steady_clock::now() + ServersKeepAlive(reply->headers, options.keep_alive));
    }
    return result;
  }
}

}  // namespace hyperlocal
