#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/service/service_fixture.h"
#include "tests/support/http_server_support.h"
#include "tests/support/raw_connection.h"

// Callers that go away, shutting down, and what the log tells of it all.

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kEndless = 1'000'000;  // frames of a test card: many minutes of work

std::string RequestOf(const RenderEvent& event) {
  const auto body = ToJson(event);
  return fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body->size(),
                     *body);
}

// Blocks calls of one kind until it is told to let them go.
class Barrier {
 public:
  explicit Barrier(WatchedObjectStore& store, std::string_view what) : store_(store) {
    store_.SetHook([this, what](std::string_view call, const GcsUri&) -> Status {
      if (call != what) return Ok();
      reached.Set();
      open.Wait();
      return Ok();
    });
  }
  ~Barrier() {
    open.Set();
    store_.SetHook({});
  }
  Event reached, open;

 private:
  WatchedObjectStore& store_;
};

TEST(CallersThatGoAway, StopTheWork) {
  ServiceFixture service;
  const PlanResult plan =
      service.Plan(PlanOf(service.PutTestCard(kEndless), PlanProtocol::kV2, 3600));
  {
    RawConnection caller(service.server().port());
    Event begun;
    service.store().SetHook([&begun](std::string_view, const GcsUri&) -> Status {
      begun.Set();
      return Ok();
    });
    ASSERT_TRUE(caller.Send(RequestOf(ChunkOf(plan, 0))));
    ASSERT_TRUE(begun.Wait());
  }
  EXPECT_TRUE(service.service().AwaitIdle(seconds(10)));
  EXPECT_THAT(service.WorkLeft("request"), IsEmpty());
  EXPECT_THAT(service.Names("renders/r1/chunks/"), IsEmpty());
  EXPECT_THAT(service.LogLines("handler_error"), Contains(HasSubstr("\"CANCELLED\"")));
}

TEST(CallersThatGoAway, DoNotWaitForTheirTurn) {
  RenderServiceOptions options;
  options.concurrency = 1;
  ServiceFixture service(std::move(options));
  const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(12), PlanProtocol::kV2, 6));
  Barrier barrier(service.store(), "Upload");
  std::thread first([&] { service.RenderChunk(ChunkOf(plan, 0)); });
  ASSERT_TRUE(barrier.reached.Wait());
  {
    RawConnection second(service.server().port());
    ASSERT_TRUE(second.Send(RequestOf(ChunkOf(plan, 1))));
    while (service.LogLines("handler_start").size() < 3) std::this_thread::yield();
  }
  while (service.LogLines("handler_error").empty()) std::this_thread::sleep_for(milliseconds(5));
  barrier.open.Set();
  first.join();
  EXPECT_THAT(service.LogLines("handler_done"), SizeIs(2));
}

TEST(Draining, FinishesWhatIsUnderWayAndTakesNothingNew) {
  ServiceFixture service;
  const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(12), PlanProtocol::kV2, 6));
  Barrier barrier(service.store(), "Upload");
  RenderChunkResult chunk;
  std::thread under_way([&] { chunk = service.RenderChunk(ChunkOf(plan, 0)); });
  ASSERT_TRUE(barrier.reached.Wait());
  service.service().BeginDrain();
  EXPECT_FALSE(service.service().AwaitIdle(milliseconds(0)));

  const ServiceAnswer refused = service.Post(ChunkOf(plan, 1));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.error(), "CANCELLED");
  RawConnection health(service.server().port());
  health.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(health.ReadAnswer().status, 503);

  barrier.open.Set();
  under_way.join();
  EXPECT_EQ(chunk.frames_encoded, 6);
  EXPECT_TRUE(service.service().AwaitIdle(seconds(10)));
  EXPECT_THAT(service.LogLines("server_draining"), SizeIs(1));
}

TEST(Draining, CanCutWhatTakesTooLong) {
  ServiceFixture service;
  const PlanResult plan =
      service.Plan(PlanOf(service.PutTestCard(kEndless), PlanProtocol::kV2, 3600));
  ServiceAnswer answer;
  std::thread under_way([&] { answer = service.Post(ChunkOf(plan, 0)); });
  while (service.LogLines("handler_start").size() < 2) std::this_thread::yield();
  service.service().BeginDrain();
  while (!service.service().AwaitIdle(milliseconds(20))) service.service().CancelAll();
  under_way.join();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.error(), "CANCELLED");
}

TEST(TheEnd, LeavesNoDirectory) {
  ServiceFixture service;
  const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(12), PlanProtocol::kV2, 6));
  service.RenderChunk(ChunkOf(plan, 0));
  EXPECT_THAT(service.WorkLeft("plan"), SizeIs(1));
  service.server().Stop();
  service.ResetService();
  EXPECT_TRUE(fs::is_empty(service.scratch() / "work"));
}

TEST(TheLog, IsInCloudLoggingsShapeAndHoldsNothingOfTheUsers) {
  RenderServiceOptions options;
  options.cloud_project = "my-project";
  ServiceFixture service(std::move(options));
  PlanEvent event = PlanOf(service.PutTestCard(12), PlanProtocol::kV2, 6);
  const auto config = json::parse(event.config.json_text());
  auto secret = config;
  secret["variables"] = {{"name", "TOP-SECRET"}};
  event.config = *WireConfig::Of(secret);
  auto bad = config;
  bad["variables"] = json::array({"TOP-SECRET"});
  const std::string body = *ToJson(RenderEvent(event));
  std::string bad_body = body;
  const std::string variables = R"({"name":"TOP-SECRET"})";
  bad_body.replace(bad_body.find(variables), variables.size(), R"(["TOP-SECRET"])");

  const std::string trace(32, 'c');
  HttpExchange exchange;
  exchange.method = "POST";
  exchange.url = service.server().base_url() + "/";
  exchange.headers.Set("traceparent", "00-" + trace + "-00000000000000aa-01");
  exchange.body = body;
  HttpClient client{HttpClientOptions{}};
  EXPECT_EQ(std::get<HttpReply>(client.Exchange(exchange)).status, 200);
  const ServiceAnswer refused = service.Post(bad_body);
  EXPECT_EQ(refused.error(), "InvalidConfigError");

  EXPECT_THAT(service.LogLines(), Each(Not(HasSubstr("TOP-SECRET"))));
  const json start = json::parse(service.LogLines("handler_start").at(0));
  EXPECT_EQ(start["severity"], "INFO");
  EXPECT_EQ(start["action"], "plan");
  EXPECT_EQ(start["input"]["planProtocol"], "v2");
  EXPECT_EQ(start["input"]["projectGcsUri"], "gs://renders/sites/card/project.tar.gz");
  EXPECT_EQ(start["logging.googleapis.com/trace"], "projects/my-project/traces/" + trace);
  EXPECT_EQ(start["logging.googleapis.com/spanId"], "00000000000000aa");
  const json done = json::parse(service.LogLines("handler_done").at(0));
  EXPECT_EQ(done["chunkCount"], 2);
  EXPECT_TRUE(done["durationMs"].is_number());
  const json error = json::parse(service.LogLines("handler_error").at(0));
  EXPECT_EQ(error["severity"], "ERROR");
  EXPECT_EQ(error["name"], "InvalidConfigError");
  EXPECT_EQ(error["status"], 400);
  EXPECT_NE(error["logging.googleapis.com/trace"], start["logging.googleapis.com/trace"]);
}

TEST(TheLog, WarnsOfAMissingBucketAtTheStart) {
  ServiceFixture fixture;
  std::vector<std::string> lines;
  RenderServiceOptions options;
  options.work_root = fixture.scratch();
  options.log = [&lines](std::string_view line) { lines.emplace_back(line); };
  const auto service = RenderService::Create(fixture.store(), options);
  ASSERT_TRUE(service);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], AllOf(HasSubstr(R"("event":"bucket_allowlist_disabled")"),
                              HasSubstr(R"("severity":"WARNING")")));
}

}  // namespace
}  // namespace hyperlocal::testing
