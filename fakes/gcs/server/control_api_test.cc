#include "fakes/gcs/server/control_api_internal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "fakes/gcs/server/fake_request_test_support.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;
using hyperlocal::testing::TemporaryDirectory;
using nlohmann::json;

class ControlApi : public ::testing::Test {
 protected:
  ControlApi() { EXPECT_EQ(service_.Ask("PUT", "/bkt").status, 200); }
  ServiceWithoutSocket service_;
};

TEST_F(ControlApi, Health) {
  const HttpResponse response = service_.Ask("GET", "/_hyperlocal/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body)["status"], "ok");
}

TEST_F(ControlApi, ResetEmptiesTheStoreAndForgetsRetryTests) {
  ASSERT_EQ(service_.Ask("PUT", "/bkt/obj", "x").status, 200);
  ASSERT_EQ(service_
                .Ask("POST", "/retry_test",
                     R"({"instructions": {"storage.objects.get": ["return-503"]}})")
                .status,
            200);
  EXPECT_EQ(service_.Ask("POST", "/_hyperlocal/reset").status, 200);
  EXPECT_FALSE(service_.store().GetBucket("bkt"));
  EXPECT_EQ(service_.Ask("GET", "/retry_tests").body, R"({"retry_test":[]})");
}

TEST_F(ControlApi, SeedAndExport) {
  const TemporaryDirectory directory;
  fs::create_directories(directory / "in/seeded");
  std::ofstream(directory / "in/seeded/a.txt") << "content";
  const HttpResponse seeded = service_.Ask("POST", "/_hyperlocal/seed",
                                           json{{"directory", (directory / "in").string()}}.dump());
  ASSERT_EQ(seeded.status, 200) << seeded.body;
  EXPECT_EQ(json::parse(seeded.body)["objects"], 1);
  EXPECT_EQ(BodyOf(service_.Ask("GET", "/seeded/a.txt")), "content");
  const std::string out = (directory / "out").string();
  const HttpResponse exported =
      service_.Ask("GET", "/_hyperlocal/export?directory=" + PercentEncode(out));
  ASSERT_EQ(exported.status, 200) << exported.body;
  EXPECT_EQ(json::parse(exported.body)["buckets"], 2);
  EXPECT_TRUE(fs::exists(directory / "out/seeded/a.txt"));
}

TEST_F(ControlApi, DirectoriesMustBeAbsoluteAndThere) {
  const HttpResponse relative =
      service_.Ask("POST", "/_hyperlocal/seed", R"({"directory": "here"})");
  EXPECT_EQ(relative.status, 400);
  EXPECT_NE(relative.body.find("absolute"), std::string::npos);
  EXPECT_EQ(service_.Ask("GET", "/_hyperlocal/export").status, 400);
  EXPECT_EQ(service_.Ask("POST", "/_hyperlocal/seed", "{").status, 400);
  EXPECT_EQ(service_.Ask("POST", "/_hyperlocal/seed", "{}").status, 400);
  const HttpResponse absent =
      service_.Ask("POST", "/_hyperlocal/seed", R"({"directory": "/nonexistent/x"})");
  EXPECT_GE(absent.status, 400);
  EXPECT_NE(absent.body.find("/nonexistent/x"), std::string::npos) << absent.body;
}

TEST_F(ControlApi, UnknownPathsAndMethodsAreTold) {
  const HttpResponse unknown = service_.Ask("GET", "/_hyperlocal/nothing");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.body.find("faults"), std::string::npos);
  EXPECT_EQ(service_.Ask("GET", "/_hyperlocal").status, 404);
  EXPECT_EQ(service_.Ask("DELETE", "/_hyperlocal/health").status, 405);
}

TEST_F(ControlApi, PagesOfOtherSitesAreRefused) {
  EXPECT_EQ(
      service_.Ask("POST", "/_hyperlocal/reset", "", {{"Origin", "https://evil.test"}}).status,
      403);
  EXPECT_EQ(
      service_.Ask("POST", "/_hyperlocal/reset", "", {{"Sec-Fetch-Site", "cross-site"}}).status,
      403);
  EXPECT_EQ(
      service_.Ask("POST", "/_hyperlocal/reset", "", {{"Origin", "http://localhost.evil.test"}})
          .status,
      403);
  EXPECT_TRUE(service_.store().GetBucket("bkt"));
  EXPECT_EQ(
      service_.Ask("POST", "/_hyperlocal/reset", "", {{"Origin", "http://localhost:3000"}}).status,
      200);
}

TEST_F(ControlApi, NoBucketShadowsIt) {
  EXPECT_EQ(service_.Ask("PUT", "/_hyperlocal").status, 404);
  EXPECT_FALSE(service_.store().GetBucket("_hyperlocal"));
  // And it does not shadow a bucket that is called as the test bench's path is.
  ASSERT_EQ(service_.Ask("PUT", "/retry_test").status, 200);
  ASSERT_EQ(service_.Ask("PUT", "/retry_test/obj", "content").status, 200);
  EXPECT_EQ(BodyOf(service_.Ask("GET", "/retry_test/obj")), "content");
  EXPECT_NE(service_.Ask("GET", "/retry_test").body.find("<Key>obj</Key>"), std::string::npos);
}

TEST_F(ControlApi, RetryTestsAreMadeShownListedAndDeleted) {
  const std::string body =
      R"({"instructions": {"storage.buckets.list": ["return-503"]}, "transport": "HTTP"})";
  const HttpResponse made = service_.Ask("POST", "/retry_test", body);
  ASSERT_EQ(made.status, 200) << made.body;
  const json test = json::parse(made.body);
  EXPECT_EQ(test["completed"], false);
  EXPECT_EQ(test["transport"], "HTTP");
  EXPECT_EQ(test["instructions"]["storage.buckets.list"], json::array({"return-503"}));
  const std::string path = "/retry_test/" + test.value("id", "");
  EXPECT_EQ(json::parse(service_.Ask("GET", path).body), test);
  EXPECT_EQ(json::parse(service_.Ask("GET", "/retry_tests").body)["retry_test"],
            json::array({test}));
  EXPECT_EQ(service_.Ask("DELETE", path).status, 200);
  EXPECT_EQ(service_.Ask("GET", path).status, 404);
  EXPECT_EQ(service_.Ask("DELETE", path).status, 404);
  for (const char* const bad :
       {R"({"instructions": {"storage.buckets.fly": ["return-503"]}})",
        R"({"instructions": {"storage.buckets.list": ["return-x"]}})", "{}", "{"}) {
    EXPECT_EQ(service_.Ask("POST", "/retry_test", bad).status, 400) << bad;
  }
}

// Reads a stream of events as a client does, without waiting for what does not come.
class Stream {
 public:
  explicit Stream(HttpResponse response) : response_(std::move(response)) {}
  std::string Next() {
    std::string part(4096, '\0');
    const auto got = response_.source(at_, part.data(), part.size());
    if (!got) return "(broken)";
    at_ += *got;
    part.resize(*got);
    return part;
  }

 private:
  HttpResponse response_;
  std::uint64_t at_ = 0;
};

TEST_F(ControlApi, EventsAreJsonLines) {
  HttpResponse response = service_.Ask("GET", "/_hyperlocal/events?bucket=bkt&requests=true");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/jsonl; charset=UTF-8");
  EXPECT_FALSE(response.source_length);
  Stream stream(std::move(response));
  EXPECT_EQ(json::parse(stream.Next())["kind"], "SUBSCRIBED");
  ASSERT_EQ(service_.Ask("PUT", "/bkt/obj", "content").status, 200);
  const json made = json::parse(stream.Next());
  EXPECT_EQ(made["kind"], "OBJECT_FINALIZE");
  EXPECT_EQ(made["object"], "obj");
  EXPECT_EQ(made["method"], "storage.objects.insert");
  const json asked = json::parse(stream.Next());
  EXPECT_EQ(asked["kind"], "REQUEST");
  EXPECT_EQ(asked["path"], "/bkt/obj");
  EXPECT_EQ(asked["status"], 200);
  ASSERT_EQ(service_.Ask("DELETE", "/bkt/obj").status, 204);
  EXPECT_EQ(json::parse(stream.Next())["kind"], "OBJECT_DELETE");
}

TEST_F(ControlApi, EventsAreServerSentEventsForWhoeverAcceptsThem) {
  HttpResponse response =
      service_.Ask("GET", "/_hyperlocal/events", "", {{"Accept", "text/event-stream"}});
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/event-stream");
  Stream stream(std::move(response));
  EXPECT_TRUE(stream.Next().starts_with("event: SUBSCRIBED\ndata: {"));
  ASSERT_EQ(service_.Ask("PUT", "/bkt/obj", "content").status, 200);
  const std::string event = stream.Next();
  EXPECT_TRUE(event.starts_with("event: OBJECT_FINALIZE\ndata: {")) << event;
  EXPECT_TRUE(event.ends_with("}\n\n")) << event;
}

TEST_F(ControlApi, StoppingEndsTheStreamInOrder) {
  Stream stream(service_.Ask("GET", "/_hyperlocal/events"));
  stream.Next();
  service_.control().Stop();
  EXPECT_EQ(stream.Next(), "");
}

TEST_F(ControlApi, TooManyStreamsAreRefused) {
  std::vector<HttpResponse> streams;
  int refused = 0;
  for (int i = 0; i < 6; ++i) {
    streams.push_back(service_.Ask("GET", "/_hyperlocal/events"));
    if (streams.back().status == 503) ++refused;
  }
  EXPECT_EQ(refused, 2);
}

}  // namespace
}  // namespace hyperlocal::gcs
