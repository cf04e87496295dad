#include "fakes/gcs/server/gcs_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/hash/crc32c.h"
#include "engine/http/http_client.h"
#include "tests/support/temporary_directory.h"

// The server as a client sees it, over sockets.
namespace hyperlocal::gcs {
namespace {

using hyperlocal::testing::TemporaryDirectory;

HttpReply Exchange(HttpClient& client, HttpExchange exchange) {
  HttpResult result = client.Exchange(exchange);
  if (auto* reply = std::get_if<HttpReply>(&result)) return std::move(*reply);
  ADD_FAILURE() << exchange.method << " " << exchange.url << " has no answer";
  return {};
}

HttpExchange Call(std::string method, std::string url, std::string body = "",
                  HttpHeaders headers = {}) {
  HttpExchange exchange;
  exchange.method = std::move(method);
  exchange.url = std::move(url);
  exchange.body = std::move(body);
  exchange.headers = std::move(headers);
  return exchange;
}

// The byte at each place of a content of any size.
char ByteAt(std::uint64_t offset) {
  return static_cast<char>((offset * 2654435761u) >> 13 & 0xFF);
}

void Fill(std::uint64_t offset, char* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = ByteAt(offset + i);
}

std::string Bytes(std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '\0');
  Fill(offset, bytes.data(), count);
  return bytes;
}

class GcsServerOverSockets : public ::testing::Test {
 protected:
  GcsServerOverSockets() : store_(std::move(Store::Open(directory_.path()).value())) {
    GcsServerOptions options;
    options.threads = 4;
    server_ = GcsServer::Start(options, *store_).value();
    url_ = server_->base_url();
    EXPECT_EQ(
        Exchange(client_, Call("POST", url_ + "/storage/v1/b", R"({"name":"bucket"})")).status,
        200);
  }

  std::string Begin() {
    const HttpReply reply = Exchange(
        client_, Call("POST", url_ + "/upload/storage/v1/b/bucket/o?uploadType=resumable&name=o",
                      "{}", {{"X-Upload-Content-Type", "video/mp4"}}));
    EXPECT_EQ(reply.status, 200) << reply.body;
    const std::string location(reply.headers.Get("Location"));
    EXPECT_TRUE(location.starts_with(url_ + "/upload/")) << location;
    return location;
  }

  // Sends what it is given and goes away without waiting for an answer.
  void SendAndGo(const std::string& bytes) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::close(socket);
  }

  TemporaryDirectory directory_{"gcs-server"};
  std::unique_ptr<Store> store_;
  std::unique_ptr<GcsServer> server_;
  std::string url_;
  HttpClient client_{HttpClientOptions{}};
};

TEST_F(GcsServerOverSockets, AWholeResumableUploadThatBreaksAndGoesOn) {
  constexpr std::size_t kPart = std::size_t{1} << 20;
  constexpr std::size_t kSize = 3 * kPart + 12'345;
  const std::string location = Begin();
  HttpReply reply = Exchange(
      client_, Call("PUT", location, Bytes(0, kPart), {{"Content-Range", "bytes 0-1048575/*"}}));
  EXPECT_EQ(reply.status, 308);
  EXPECT_EQ(reply.headers.Get("Range"), "bytes=0-1048575");

  // Half of the second part arrives.
  const std::string path = location.substr(url_.size());
  SendAndGo("PUT " + path +
            " HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n"
            "Content-Range: bytes 1048576-2097151/*\r\n\r\n" +
            Bytes(kPart, kPart / 2));
  // How much of it is there is known when the server has noticed that the client is gone.
  std::uint64_t received = 0;
  for (int attempt = 0; attempt < 20000 && received != kPart + kPart / 2; ++attempt) {
    reply = Exchange(client_, Call("PUT", location, "", {{"Content-Range", "bytes */*"}}));
    ASSERT_EQ(reply.status, 308);
    const std::string range(reply.headers.Get("Range"));
    ASSERT_TRUE(range.starts_with("bytes=0-")) << range;
    received = std::stoull(range.substr(8)) + 1;
    std::this_thread::yield();
  }
  ASSERT_EQ(received, kPart + kPart / 2) << "what came before the break is kept";

  const std::string rest = Bytes(received, kSize - received);
  reply = Exchange(
      client_,
      Call("PUT", location, rest,
           {{"Content-Range", "bytes " + std::to_string(received) + "-" +
                                  std::to_string(kSize - 1) + "/" + std::to_string(kSize)}}));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_NE(reply.body.find("\"contentType\":\"video/mp4\""), std::string::npos);
  reply = Exchange(client_, Call("GET", url_ + "/b/bucket/o/o?alt=media"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.Get("Content-Length"), std::to_string(kSize));
  EXPECT_TRUE(reply.body == Bytes(0, kSize));
  EXPECT_TRUE(reply.headers.Get("x-goog-hash")
                  .starts_with("crc32c=" + Crc32cBase64(Crc32cOf(Bytes(0, kSize)))));
}

TEST_F(GcsServerOverSockets, ABodyOfUnknownLengthComesInChunks) {
  const std::string location = Begin();
  const std::string path = location.substr(url_.size());
  SendAndGo("PUT " + path +
            " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            "Content-Range: bytes 0-*/*\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  HttpReply reply;
  for (int attempt = 0; attempt < 20000 && reply.status != 200; ++attempt) {
    reply = Exchange(client_, Call("GET", url_ + "/b/bucket/o/o?alt=media"));
    std::this_thread::yield();
  }
  EXPECT_EQ(reply.body, "abcdefg");
}

TEST_F(GcsServerOverSockets, HeadHasTheHeadersAndNoBody) {
  ASSERT_EQ(
      Exchange(client_, Call("POST", url_ + "/upload/storage/v1/b/bucket/o?uploadType=media&name=o",
                             "content"))
          .status,
      200);
  const HttpReply reply = Exchange(client_, Call("HEAD", url_ + "/b/bucket/o/o?alt=media"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.Get("Content-Length"), "7");
  EXPECT_TRUE(reply.headers.Has("x-goog-hash"));
  EXPECT_TRUE(reply.body.empty());
  EXPECT_EQ(Exchange(client_, Call("HEAD", url_ + "/b/bucket/o/absent")).status, 404);
}

TEST_F(GcsServerOverSockets, MemoryDoesNotGrowWithAnObject) {
  constexpr std::uint64_t kSize = std::uint64_t{192} << 20;
  const auto peak_kib = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const long before = peak_kib();
  HttpExchange upload =
      Call("POST", url_ + "/upload/storage/v1/b/bucket/o?uploadType=media&name=o");
  upload.source_length = kSize;
  upload.source = [](std::uint64_t offset, char* to, std::size_t room) -> Result<std::size_t> {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, kSize - offset));
    std::memset(to, static_cast<int>(offset >> 18 & 0xFF), count);
    return count;
  };
  ASSERT_EQ(Exchange(client_, std::move(upload)).status, 200);
  HttpExchange download = Call("GET", url_ + "/b/bucket/o/o?alt=media");
  std::uint64_t got = 0;
  download.on_head = [&got](const HttpReply&) -> HttpBodySink {
    return [&got](std::string_view part) -> Status {
      got += part.size();
      return Ok();
    };
  };
  EXPECT_EQ(Exchange(client_, std::move(download)).status, 200);
  EXPECT_EQ(got, kSize);
  // The sanitizers keep what was freed.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(peak_kib() - before, 48 << 10) << "KiB, client and server together";
#else
  (void)before;
#endif
}

TEST_F(GcsServerOverSockets, OfManyWhoCreateExactlyOneSucceeds) {
  constexpr int kClients = 8;
  std::atomic<int> created = 0, refused = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      HttpClient client{HttpClientOptions{}};
      const HttpReply reply =
          Exchange(client, Call("POST",
                                url_ + "/upload/storage/v1/b/bucket/o?uploadType=media&name=o&"
                                       "ifGenerationMatch=0",
                                "client " + std::to_string(i)));
      if (reply.status == 200) ++created;
      if (reply.status == 412) ++refused;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(refused, kClients - 1);
}

TEST_F(GcsServerOverSockets, WhatWasAcknowledgedIsThereAfterARestartAlsoHalfAnUpload) {
  const std::string location = Begin();
  ASSERT_EQ(Exchange(client_, Call("PUT", location, Bytes(0, 262144),
                                   {{"Content-Range", "bytes 0-262143/*"}}))
                .status,
            308);
  const std::string path = location.substr(url_.size());
  server_.reset();
  store_.reset();
  store_ = std::move(Store::Open(directory_.path()).value());
  server_ = GcsServer::Start({}, *store_).value();
  url_ = server_->base_url();
  const HttpReply asked =
      Exchange(client_, Call("PUT", url_ + path, "", {{"Content-Range", "bytes */*"}}));
  EXPECT_EQ(asked.status, 308);
  EXPECT_EQ(asked.headers.Get("Range"), "bytes=0-262143");
  const HttpReply done = Exchange(client_, Call("PUT", url_ + path, Bytes(262144, 10),
                                                {{"Content-Range", "bytes 262144-262153/262154"}}));
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_TRUE(Exchange(client_, Call("GET", url_ + "/b/bucket/o/o?alt=media")).body ==
              Bytes(0, 262154));
}

TEST_F(GcsServerOverSockets, APortThatIsTakenIsAnErrorThatNamesIt) {
  GcsServerOptions options;
  options.port = server_->port();
  const auto second = GcsServer::Start(options, *store_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kDependencyUnavailable);
  EXPECT_NE(second.error().message.find(std::to_string(server_->port())), std::string::npos);
}

}  // namespace
}  // namespace hyperlocal::gcs
