#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "engine/http/http_client.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temporary_directory.h"

// TLS with a certificate that the test signs itself: the client believes it because it is told to.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using Kind = HttpCallFailure::Kind;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedConnection;
using testing::ScriptedServer;
using testing::TemporaryDirectory;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};

struct Identity {
  std::unique_ptr<EVP_PKEY, Free> key;
  std::unique_ptr<X509, Free> certificate;
};

// For `names` ("DNS:a,IP:127.0.0.1"), valid from an hour ago for `seconds`.
Identity MakeIdentity(const std::string& names, long seconds = 7200) {
  Identity identity;
  identity.key.reset(EVP_EC_gen("P-256"));
  identity.certificate.reset(X509_new());
  X509* const certificate = identity.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), seconds - 3600);
  X509_set_pubkey(certificate, identity.key.get());
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* const alternatives =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate, alternatives, -1);
  X509_EXTENSION_free(alternatives);
  EXPECT_GT(X509_sign(certificate, identity.key.get(), EVP_sha256()), 0);
  return identity;
}

void WriteCertificate(const Identity& identity, const std::filesystem::path& file) {
  std::FILE* const out = std::fopen(file.c_str(), "w");
  ASSERT_NE(out, nullptr);
  EXPECT_EQ(PEM_write_X509(out, identity.certificate.get()), 1);
  std::fclose(out);
}

// Speaks TLS over scripted connections: `answer` is sent to every request.
class TlsServer {
 public:
  TlsServer(const Identity& identity, std::string answer, bool says_goodbye = true)
      : answer_(std::move(answer)),
        says_goodbye_(says_goodbye),
        context_(SSL_CTX_new(TLS_server_method())),
        server_([this](ScriptedConnection& connection) { Serve(connection.socket()); }) {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
  }
  std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(server_.port());
  }
  int port() const { return server_.port(); }
  int connections() const { return server_.connections(); }
  int requests() const { return requests_; }

 private:
  void Serve(int socket) {
    std::unique_ptr<SSL, Free> session(SSL_new(context_.get()));
    SSL_set_fd(session.get(), socket);
    if (SSL_accept(session.get()) != 1) return;
    std::string text;
    for (;;) {
      char part[16384];
      const int got = SSL_read(session.get(), part, sizeof part);
      if (got <= 0) break;
      text.append(part, static_cast<std::size_t>(got));
      const std::size_t end = text.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      ++requests_;
      text.clear();
      SSL_write(session.get(), answer_.data(), static_cast<int>(answer_.size()));
      if (answer_.find("Content-Length") == std::string::npos) break;
    }
    if (says_goodbye_) SSL_shutdown(session.get());
  }

  const std::string answer_;
  const bool says_goodbye_;
  std::atomic<int> requests_{0};
  std::unique_ptr<SSL_CTX, Free> context_;
  ScriptedServer server_;
};

constexpr const char* kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";

HttpExchange Get(const std::string& url) {
  HttpExchange exchange;
  exchange.method = "GET";
  exchange.url = url;
  return exchange;
}

std::string TextOf(const HttpResult& result) {
  if (const auto* const reply = std::get_if<HttpReply>(&result)) return reply->body;
  if (const auto* const failure = std::get_if<HttpCallFailure>(&result)) return failure->message;
  return std::get<Error>(result).message;
}

class HttpClientTls : public ::testing::Test {
 protected:
  // Writing to a connection that is gone must not end the process, whoever writes.
  HttpClientTls() { ::signal(SIGPIPE, SIG_IGN); }

  HttpClientOptions Trusting(const Identity& identity) {
    HttpClientOptions options;
    options.ca_file = (directory_ / "ca.pem").string();
    WriteCertificate(identity, options.ca_file);
    return options;
  }
  const TemporaryDirectory directory_;
};

TEST_F(HttpClientTls, SpeaksToAServerItTrusts) {
  const Identity identity = MakeIdentity("DNS:localhost,IP:127.0.0.1");
  TlsServer server(identity, kAnswer);
  HttpClient client(Trusting(identity));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(TextOf(client.Exchange(Get(server.url("127.0.0.1")))), "secret");
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(TextOf(client.Exchange(Get(server.url("localhost")))), "secret");
}

TEST_F(HttpClientTls, RefusesAStranger) {
  TlsServer server(MakeIdentity("DNS:localhost,IP:127.0.0.1"), kAnswer);
  HttpClient client({});
  const HttpResult result = client.Exchange(Get(server.url("127.0.0.1")));
  ASSERT_TRUE(std::holds_alternative<Error>(result));
  EXPECT_EQ(std::get<Error>(result).code, ErrorCode::kPermission);
  EXPECT_THAT(TextOf(result), HasSubstr("SSL_CERT_FILE"));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(HttpClientTls, RefusesAWrongName) {
  const Identity identity = MakeIdentity("DNS:storage.example,IP:127.0.0.2");
  TlsServer server(identity, kAnswer);
  HttpClient client(Trusting(identity));
  for (const char* const host : {"localhost", "127.0.0.1"}) {
    const HttpResult result = client.Exchange(Get(server.url(host)));
    ASSERT_TRUE(std::holds_alternative<Error>(result)) << host;
    EXPECT_EQ(std::get<Error>(result).code, ErrorCode::kPermission);
    EXPECT_THAT(TextOf(result), HasSubstr("mismatch"));
  }
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(HttpClientTls, RefusesACertificateThatIsOver) {
  const Identity identity = MakeIdentity("IP:127.0.0.1", 1800);
  TlsServer server(identity, kAnswer);
  HttpClient client(Trusting(identity));
  EXPECT_THAT(TextOf(client.Exchange(Get(server.url("127.0.0.1")))), HasSubstr("expired"));
}

TEST_F(HttpClientTls, NamesAFileOfAuthoritiesThatIsNone) {
  HttpClientOptions options;
  options.ca_file = (directory_ / "missing.pem").string();
  HttpClient client(options);
  TlsServer server(MakeIdentity("IP:127.0.0.1"), kAnswer);
  const std::string text = TextOf(client.Exchange(Get(server.url("127.0.0.1"))));
  EXPECT_THAT(text, HasSubstr("missing.pem"));
  EXPECT_THAT(text, HasSubstr("SSL_CERT_FILE"));
}

TEST_F(HttpClientTls, DoesNotTakeACutConnectionForTheEndOfABody) {
  const Identity identity = MakeIdentity("IP:127.0.0.1");
  // Only the farewell of TLS tells the end of such a body from somebody's scissors.
  for (const bool says_goodbye : {true, false}) {
    TlsServer server(identity, "HTTP/1.1 200 OK\r\n\r\nall of it", says_goodbye);
    HttpClient client(Trusting(identity));
    const HttpResult result = client.Exchange(Get(server.url("127.0.0.1")));
    EXPECT_EQ(std::holds_alternative<HttpReply>(result), says_goodbye) << TextOf(result);
  }
}

TEST_F(HttpClientTls, GivesUpOnAServerThatDoesNotShakeHands) {
  ScriptedServer server([](ScriptedConnection& connection) { connection.WaitForTheClientToGo(); });
  HttpClientOptions options;
  options.connect_timeout = 100ms;
  HttpClient client(options);
  const HttpResult result =
      client.Exchange(Get("https://127.0.0.1:" + std::to_string(server.port())));
  EXPECT_EQ(std::get<HttpCallFailure>(result).kind, Kind::kTimedOut);
}

TEST_F(HttpClientTls, SpeaksToAServerThatSpeaksNoTls) {
  ScriptedServer server([](ScriptedConnection& connection) {
    connection.ReadSome();
    connection.Answer("400 Bad Request", "", "");
  });
  HttpClient client({});
  const HttpResult result =
      client.Exchange(Get("https://127.0.0.1:" + std::to_string(server.port())));
  EXPECT_EQ(std::get<HttpCallFailure>(result).kind, Kind::kNotConnected);
}

// Joins what comes on `from` to `to` until it ends.
void Forward(int from, int to) {
  char part[16384];
  for (;;) {
    const ssize_t got = ::recv(from, part, sizeof part, 0);
    if (got <= 0) break;
    for (ssize_t at = 0; at < got;) {
      const ssize_t sent = ::send(to, part + at, static_cast<std::size_t>(got - at), MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += sent;
    }
  }
  ::shutdown(to, SHUT_WR);
}

TEST_F(HttpClientTls, GoesThroughATunnel) {
  const Identity identity = MakeIdentity("DNS:storage.example");
  TlsServer server(identity, kAnswer);
  std::string head;
  ScriptedServer proxy([&](ScriptedConnection& connection) {
    head = connection.ReadHead().head;
    const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(server.port()));
    if (::connect(out, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      connection.Send("HTTP/1.1 200 Connection established\r\n\r\n");
      std::thread back([&] { Forward(out, connection.socket()); });
      Forward(connection.socket(), out);
      back.join();
    }
    ::close(out);
  });
  HttpClientOptions options = Trusting(identity);
  options.proxies.for_https = "http://me:hunter2@127.0.0.1:" + std::to_string(proxy.port());
  {
    HttpClient client(options);
    EXPECT_EQ(TextOf(client.Exchange(Get("https://storage.example/b"))), "secret");
    EXPECT_EQ(TextOf(client.Exchange(Get("https://storage.example/c"))), "secret");
    EXPECT_EQ(server.connections(), 1);
    EXPECT_THAT(head, HasSubstr("CONNECT storage.example:443 HTTP/1.1\r\n"));
    EXPECT_THAT(head, HasSubstr("Proxy-Authorization: Basic "));
    // The tunnel leads somewhere else than the name says.
    EXPECT_THAT(TextOf(client.Exchange(Get("https://other.example/"))), HasSubstr("mismatch"));
  }
}

TEST_F(HttpClientTls, SaysWhyAProxyRefusesATunnel) {
  ScriptedServer proxy([&](ScriptedConnection& connection) {
    connection.ReadHead();
    connection.Answer("407 Proxy Authentication Required", "", "");
  });
  HttpClientOptions options;
  options.proxies.for_https = "http://me:hunter2@127.0.0.1:" + std::to_string(proxy.port());
  HttpClient client(options);
  const HttpResult result = client.Exchange(Get("https://storage.example/"));
  EXPECT_EQ(std::get<HttpCallFailure>(result).kind, Kind::kNotConnected);
  EXPECT_THAT(TextOf(result), HasSubstr("407"));
  EXPECT_THAT(TextOf(result), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace hyperlocal
