#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "engine/http/tls_stream_internal.h"

namespace hyperlocal {
namespace {

struct FreeOpenSsl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

std::string LastOpenSslError() {
  const unsigned long number = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = number == 0 ? nullptr : ERR_reason_error_string(number);
  return reason == nullptr ? "no reason was given" : reason;
}

int SocketOf(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

// OpenSSL's own socket BIO writes with write(), which kills the process (SIGPIPE) when the other
// side has gone. This one does not, and owns nothing.
BIO_METHOD* QuietSocketMethod() {
  static const std::unique_ptr<BIO_METHOD, FreeOpenSsl> method = [] {
    std::unique_ptr<BIO_METHOD, FreeOpenSsl> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket"));
    if (made == nullptr) return made;
    BIO_meth_set_write(made.get(), [](BIO* bio, const char* from, int size) -> int {
      BIO_clear_retry_flags(bio);
      const ssize_t sent =
          ::send(SocketOf(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
      return static_cast<int>(sent);
    });
    BIO_meth_set_read(made.get(), [](BIO* bio, char* to, int room) -> int {
      BIO_clear_retry_flags(bio);
      const ssize_t got = ::recv(SocketOf(bio), to, static_cast<std::size_t>(room), 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
      if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
      return static_cast<int>(got);
    });
    BIO_meth_set_ctrl(made.get(), [](BIO* bio, int command, long, void*) -> long {
      if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
      return command == BIO_CTRL_FLUSH ? 1 : 0;
    });
    return made;
  }();
  return method.get();
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

class TlsStream : public ByteStream {
 public:
  TlsStream(FileDescriptor socket, std::unique_ptr<SSL, FreeOpenSsl> session)
      : socket_(std::move(socket)), session_(std::move(session)) {}
  ~TlsStream() override {
    // A farewell, if it can be said without waiting.
    if (usable_) SSL_shutdown(session_.get());
    ERR_clear_error();
  }

  Step Shake() {
    Prepare();
    return Judge(SSL_do_handshake(session_.get()));
  }
  Step Read(char* to, std::size_t room) override {
    Prepare();
    return Judge(SSL_read(session_.get(), to, Size(room)));
  }
  Step Write(const char* from, std::size_t size) override {
    Prepare();
    return Judge(SSL_write(session_.get(), from, Size(size)));
  }
  bool HasUnread() const override { return SSL_pending(session_.get()) > 0; }
  int socket() const override { return socket_.get(); }
  SSL* session() const { return session_.get(); }

 private:
  static int Size(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
  }

  // What an earlier call left behind would be taken for this one's failure.
  static void Prepare() {
    ERR_clear_error();
    errno = 0;
  }

  Step Judge(int result) {
    if (result > 0) return {Outcome::kMoved, static_cast<std::size_t>(result)};
    const int number = errno;
    switch (SSL_get_error(session_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {Outcome::kWantRead};
      case SSL_ERROR_WANT_WRITE:
        return {Outcome::kWantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {Outcome::kEnd};
      case SSL_ERROR_SYSCALL:
        usable_ = false;
        ERR_clear_error();
        return {
            Outcome::kFailed, 0,
            number == 0 ? "the connection was closed" : std::generic_category().message(number)};
      default:
        usable_ = false;
        return {Outcome::kFailed, 0, LastOpenSslError()};
    }
  }

  FileDescriptor socket_;
  std::unique_ptr<SSL, FreeOpenSsl> session_;
  bool usable_ = true;
};

}  // namespace

struct TlsTrust::Context {
  std::unique_ptr<SSL_CTX, FreeOpenSsl> ssl;
};

TlsTrust::TlsTrust(std::unique_ptr<Context> context) : context_(std::move(context)) {}
TlsTrust::~TlsTrust() = default;

Result<std::unique_ptr<TlsTrust>> TlsTrust::Load(const std::string& file,
                                                 const std::string& directory) {
  auto context = std::make_unique<Context>();
  context->ssl.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const ssl = context->ssl.get();
  // "http/1.1" as ALPN wants it: a length, then the name.
  constexpr unsigned char kProtocol[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  if (ssl == nullptr || QuietSocketMethod() == nullptr ||
      SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_alpn_protos(ssl, kProtocol, sizeof kProtocol) != 0) {
    return Error{ErrorCode::kInternal, "cannot set up TLS: " + LastOpenSslError()};
  }
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A file that is named takes the place of the system's file, a directory that of its directory:
  // as OpenSSL's own programs do it.
  if ((file.empty() && SSL_CTX_set_default_verify_file(ssl) != 1) ||
      (directory.empty() && SSL_CTX_set_default_verify_dir(ssl) != 1)) {
    return Error{ErrorCode::kInvalidConfig,
                 "cannot read this system's certificate authorities: " + LastOpenSslError() +
                     "; name a file of them in SSL_CERT_FILE"};
  }
  if (!file.empty() && SSL_CTX_load_verify_file(ssl, file.c_str()) != 1) {
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("cannot read certificate authorities from {} (SSL_CERT_FILE): {}; it "
                             "must be a file of certificates in PEM",
                             file, LastOpenSslError())};
  }
  if (!directory.empty() && SSL_CTX_load_verify_dir(ssl, directory.c_str()) != 1) {
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("cannot read certificate authorities from {} (SSL_CERT_DIR): {}",
                             directory, LastOpenSslError())};
  }
  return std::unique_ptr<TlsTrust>(new TlsTrust(std::move(context)));
}

std::variant<std::unique_ptr<ByteStream>, HttpCallFailure, Error> TlsTrust::Secure(
    FileDescriptor socket, const std::string& host, ExchangeLimits& limits,
    ExchangeLimits::TimePoint limit) const {
  using Kind = HttpCallFailure::Kind;
  const int number = socket.get();
  std::unique_ptr<SSL, FreeOpenSsl> session(SSL_new(context_->ssl.get()));
  BIO* const bio = session == nullptr ? nullptr : BIO_new(QuietSocketMethod());
  if (bio == nullptr) return HttpCallFailure{Kind::kNotConnected, "no memory for TLS"};
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(number)));
  BIO_set_init(bio, 1);
  SSL_set_bio(session.get(), bio, bio);
  SSL_set_connect_state(session.get());
  const bool named =
      IsAddress(host)
          ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), host.c_str()) == 1
          : SSL_set1_host(session.get(), host.c_str()) == 1 &&
                SSL_set_tlsext_host_name(session.get(), host.c_str()) == 1;
  if (!named) {
    return HttpCallFailure{Kind::kNotConnected,
                           fmt::format("{} cannot be the name in a certificate", host)};
  }
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(session));
  for (;;) {
    const ByteStream::Step step = stream->Shake();
    if (step.outcome == ByteStream::Outcome::kMoved) {
      return std::unique_ptr<ByteStream>(std::move(stream));
    }
    if (step.outcome == ByteStream::Outcome::kEnd || step.outcome == ByteStream::Outcome::kFailed) {
      const long verdict = SSL_get_verify_result(stream->session());
      if (verdict != X509_V_OK) {
        return Error{ErrorCode::kPermission,
                     fmt::format("no secure connection to {}: its certificate is not accepted: {}; "
                                 "authorities of your own are named in SSL_CERT_FILE",
                                 host, X509_verify_cert_error_string(verdict))};
      }
      const std::string why = step.message.empty() ? "the connection was closed" : step.message;
      return HttpCallFailure{Kind::kNotConnected,
                             fmt::format("no secure connection to {}: {}", host, why)};
    }
    const auto wait = limits.WaitFor(
        number, step.outcome == ByteStream::Outcome::kWantRead ? POLLIN : POLLOUT, limit);
    if (wait != ExchangeLimits::Wait::kReady) {
      return WaitFailure(wait, fmt::format("agreeing on encryption with {}", host));
    }
  }
}

}  // namespace hyperlocal
