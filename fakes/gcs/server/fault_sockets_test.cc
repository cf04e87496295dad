#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "fakes/gcs/server/gcs_server.h"
#include "tests/support/raw_connection.h"

namespace hyperlocal::gcs {
namespace {

using hyperlocal::testing::RawConnection;
using std::chrono::seconds;

// What a client sees of faults and events, on the wire.
class FaultsOnTheWire : public ::testing::Test {
 protected:
  void Start(const std::string& plan = "") {
    auto store = Store::InMemory();
    ASSERT_TRUE(store);
    store_ = std::move(*store);
    BucketRecord bucket;
    bucket.name = "bkt";
    ASSERT_TRUE(store_->CreateBucket(bucket));
    auto content = store_->NewContent();
    ASSERT_TRUE(content && (*content)->Append(std::string(100'000, 'x')));
    ASSERT_TRUE(store_->InsertObject({"bkt", "obj"}, {}, std::move(*content), {}, {}));
    GcsServerOptions options;
    options.fault_plan = plan;
    auto server = GcsServer::Start(options, *store_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  static bool Ask(RawConnection& connection, const std::string& line,
                  const std::string& headers = "", const std::string& body = "") {
    std::string request = line + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return connection.Send(request + "\r\n" + body);
  }

  std::unique_ptr<Store> store_;
  std::unique_ptr<GcsServer> server_;
};

TEST_F(FaultsOnTheWire, AResetIsAReset) {
  Start(R"({"rules": [{"method": "storage.objects.get", "action": "reset"}]})");
  RawConnection connection(server_->port());
  ASSERT_TRUE(Ask(connection, "GET /bkt/obj"));
  EXPECT_EQ(connection.ReadToEnd(), "");
  EXPECT_TRUE(connection.was_reset());
}

TEST_F(FaultsOnTheWire, ABrokenStreamIsShorterThanItSays) {
  Start(R"({"rules": [{"method": "storage.objects.get", "action": "close",
                       "after_bytes": 70000}]})");
  RawConnection connection(server_->port());
  ASSERT_TRUE(Ask(connection, "GET /bkt/obj"));
  const RawConnection::Answer answer = connection.ReadAnswer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Content-Length"), "100000");
  EXPECT_EQ(answer.body.size(), 70'000u);
  EXPECT_FALSE(answer.whole);
  EXPECT_FALSE(connection.was_reset());
}

TEST_F(FaultsOnTheWire, AStatusAfterBytesOfAnUploadIsReadable) {
  Start(R"({"rules": [{"method": "storage.objects.insert", "action": "status", "status": 503,
                       "after_bytes": 100000, "times": 1}]})");
  RawConnection connection(server_->port());
  // Larger than what is dropped without reading: the client hears of the status all the same, and
  // the connection goes on.
  const std::string content(3'000'000, 'u');
  std::thread sends([&] { EXPECT_TRUE(Ask(connection, "PUT /bkt/up", "", content)); });
  const RawConnection::Answer answer = connection.ReadAnswer();
  sends.join();
  EXPECT_EQ(answer.status, 503);
  ASSERT_TRUE(Ask(connection, "PUT /bkt/up", "", "content"));
  EXPECT_EQ(connection.ReadAnswer().status, 200);
}

TEST_F(FaultsOnTheWire, AStallSendsWhatIsBeforeItAndEndsWithTheServer) {
  Start(R"({"rules": [{"method": "storage.objects.get", "action": "stall", "stall_ms": 3600000,
                       "after_bytes": 50000}]})");
  RawConnection connection(server_->port());
  ASSERT_TRUE(Ask(connection, "GET /bkt/obj"));
  const std::string begin = connection.ReadExactly(50'000);
  EXPECT_EQ(begin.size(), 50'000u);
  const auto before = std::chrono::steady_clock::now();
  server_->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(30));
  EXPECT_LT(connection.ReadToEnd().size(), 10'000u);  // the rest of the head's worth
}

TEST_F(FaultsOnTheWire, AStallEndsWithItsClient) {
  Start(
      R"({"rules": [{"method": "storage.objects.get", "action": "stall", "stall_ms": 3600000,
                       "after_bytes": 1000}]})");
  {
    RawConnection connection(server_->port());
    ASSERT_TRUE(Ask(connection, "GET /bkt/obj"));
    ASSERT_FALSE(connection.ReadExactly(1000).empty());
  }
  // With a grace of a minute, Stop would wait for a request that still runs.
  const auto before = std::chrono::steady_clock::now();
  server_->Stop(seconds(60));
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(30));
}

TEST_F(FaultsOnTheWire, EventsComeAsTheyHappenAndEndWithTheServer) {
  Start();
  RawConnection stream(server_->port());
  ASSERT_TRUE(Ask(stream, "GET /_hyperlocal/events"));
  const auto read_until = [&stream](const std::string& word) {
    std::string text;
    while (text.find(word) == std::string::npos) {
      const std::string more = stream.ReadExactly(1);
      if (more.empty()) break;
      text += more;
    }
    return text;
  };
  ASSERT_NE(read_until("SUBSCRIBED").size(), 0u);
  RawConnection client(server_->port());
  ASSERT_TRUE(Ask(client, "PUT /bkt/new", "", "content"));
  EXPECT_EQ(client.ReadAnswer().status, 200);
  EXPECT_NE(read_until("\"object\":\"new\"").find("OBJECT_FINALIZE"), std::string::npos);
  const auto before = std::chrono::steady_clock::now();
  server_->Stop(seconds(60));
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(30));
  EXPECT_TRUE(stream.ReadToEnd().ends_with("0\r\n\r\n"));  // the last chunk: an end in order
}

}  // namespace
}  // namespace hyperlocal::gcs
