#include "fakes/cloud_run/cloud_run_host.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "fakes/cloud_run/cloud_run_host_test_support.h"
#include "fakes/cloud_run/testing_clock_test_support.h"
#include "fakes/cloud_run/token_issuer.h"
#include "tests/support/http_server_support.h"

// The edge in front of a handler of this process.
namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::json;
using hyperlocal::testing::Event;
using hyperlocal::testing::RawConnection;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

CloudRunHostOptions HandlerOptions(HttpServer::Handler handler) {
  CloudRunHostOptions options;
  options.handler = std::move(handler);
  options.allow_unauthenticated = true;
  return options;
}

void SayHello(HttpRequest& /*request*/, HttpResponse& response) {
  response.body = "hello";
}

Json Control(const CloudRunHost& host, std::string_view what) {
  return Json::parse(Ask(host, "/_hyperlocal/" + std::string(what)).body);
}

// An answer that a thread waits for while the test goes on.
class Pending {
 public:
  Pending(const CloudRunHost& host, std::string text) : connection_(host.port()) {
    connection_.Send(text);
    thread_ = std::thread([this] {
      answer_ = connection_.ReadAnswer();
      done_ = true;
    });
  }
  ~Pending() {
    if (thread_.joinable()) thread_.join();
  }
  bool done() const { return done_; }
  Answer Get() {
    thread_.join();
    return answer_;
  }
  // Moves the clock until the answer is there.
  Answer GetAs(TestingClock& clock, milliseconds step) {
    while (!done_) {
      clock.Advance(step);
      std::this_thread::sleep_for(milliseconds(1));
    }
    return Get();
  }

 private:
  RawConnection connection_;
  std::thread thread_;
  Answer answer_;
  std::atomic<bool> done_ = false;
};

TEST(CloudRunHostTest, RequestAndAnswerPassThrough) {
  std::string target, method, host_header, own, body;
  const auto host = StartHost(HandlerOptions([&](HttpRequest& request, HttpResponse& response) {
    target = request.target;
    method = request.method;
    host_header = request.headers.Get("Host");
    own = request.headers.Get("X-Own");
    body = *request.ReadSmallBody(1000);
    response.status = 418;
    response.headers = {{"X-Answer", "yes"}};
    response.body = "short and stout";
  }));
  const Answer answer =
      Ask(*host, "/a%2Fb/../c?q=1%20", "PUT",
          "X-Own: 1\r\nTE: trailers\r\nConnection: TE, X-Mine\r\nX-Mine: 2\r\n", "the body");
  EXPECT_EQ(answer.status, 418);
  EXPECT_EQ(answer.body, "short and stout");
  EXPECT_EQ(answer.Header("X-Answer"), "yes");
  EXPECT_EQ(answer.Header("Server"), "Google Frontend");
  EXPECT_EQ(target, "/a%2Fb/../c?q=1%20");
  EXPECT_EQ(method, "PUT");
  EXPECT_EQ(host_header, "service.test");
  EXPECT_EQ(own, "1");
  EXPECT_EQ(body, "the body");
}

TEST(CloudRunHostTest, TheServiceSeesTraceAndClient) {
  HttpHeaders seen;
  KeptLog log;
  auto options =
      HandlerOptions([&](HttpRequest& request, HttpResponse&) { seen = request.headers; });
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const Answer answer =
      Ask(*host, "/", "GET",
          "traceparent: 00-" + trace +
              "-b7ad6b7169203331-01\r\nX-Mine: 1\r\nX-Forwarded-For: 9.9.9.9\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(seen.Get("traceparent").substr(3, 32), trace);
  EXPECT_TRUE(seen.Get("X-Cloud-Trace-Context").starts_with(trace + "/"));
  EXPECT_TRUE(answer.Header("X-Cloud-Trace-Context").starts_with(trace + "/"));
  EXPECT_EQ(seen.Get("X-Forwarded-For"), "9.9.9.9, 127.0.0.1");
  EXPECT_EQ(seen.Get("X-Forwarded-Proto"), "https");
  host->Stop();
  for (const LogEntry& entry : log.entries()) {
    if (entry.log != "requests") continue;
    EXPECT_EQ(entry.trace, "projects/local-project/traces/" + trace);
    EXPECT_EQ(Json::parse(entry.http_request).at("status"), 200);
    EXPECT_NE(entry.instance_id, "");
    return;
  }
  ADD_FAILURE() << "the request was not logged";
}

// Every request waits in the handler until as many as can be are there.
class Barrier {
 public:
  explicit Barrier(int size) : size_(size) {}
  void Wait() {
    std::unique_lock lock(mutex_);
    most_ = std::max(most_, ++inside_);
    if (++arrived_ % size_ == 0) changed_.notify_all();
    const int round = (arrived_ - 1) / size_;
    all_met_ = changed_.wait_for(lock, seconds(10), [&] {
      return arrived_ >= (round + 1) * size_;
    }) && all_met_;
    --inside_;
  }
  int most() const { return most_; }
  bool all_met() const { return all_met_; }

 private:
  const int size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0, arrived_ = 0, most_ = 0;
  bool all_met_ = true;
};

TEST(CloudRunHostTest, AsManyInstancesAsRequestsUpToTheMaximum) {
  Barrier barrier(3);
  auto options = HandlerOptions([&](HttpRequest&, HttpResponse&) { barrier.Wait(); });
  options.max_instances = 3;
  const auto host = StartHost(std::move(options));
  std::vector<std::unique_ptr<Pending>> requests;
  for (int i = 0; i < 12; ++i) {
    requests.push_back(std::make_unique<Pending>(*host, RequestFor("/")));
  }
  for (const auto& request : requests) EXPECT_EQ(request->Get().status, 200);
  EXPECT_TRUE(barrier.all_met());  // three at once
  EXPECT_EQ(barrier.most(), 3);    // and never four
  EXPECT_EQ(Control(*host, "instances").at("started"), 3);
}

TEST(CloudRunHostTest, AnInstanceWorksOnAsManyRequestsAsItsConcurrency) {
  Barrier barrier(4);
  auto options = HandlerOptions([&](HttpRequest&, HttpResponse&) { barrier.Wait(); });
  options.concurrency = 4;
  options.max_instances = 1;
  const auto host = StartHost(std::move(options));
  std::vector<std::unique_ptr<Pending>> requests;
  for (int i = 0; i < 8; ++i) {
    requests.push_back(std::make_unique<Pending>(*host, RequestFor("/")));
  }
  for (const auto& request : requests) EXPECT_EQ(request->Get().status, 200);
  EXPECT_TRUE(barrier.all_met());
  EXPECT_EQ(barrier.most(), 4);
  EXPECT_EQ(Control(*host, "instances").at("started"), 1);
}

TEST(CloudRunHostTest, WithoutAFreeInstanceARequestGets429AfterTenSeconds) {
  TestingClock clock;
  KeptLog log;
  Event inside, go;
  auto options = HandlerOptions([&](HttpRequest&, HttpResponse& response) {
    inside.Set();
    go.Wait();
    response.body = "first";
  });
  options.max_instances = 1;
  options.request_timeout = hours(1);
  options.clock = &clock;
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  Pending first(*host, RequestFor("/first"));
  ASSERT_TRUE(inside.Wait());
  Pending second(*host, RequestFor("/second"));
  const Answer refused = second.GetAs(clock, milliseconds(500));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body, "Rate exceeded.");
  EXPECT_FALSE(first.done());
  go.Set();
  EXPECT_EQ(first.Get().body, "first");
  const LogEntry entry = log.WaitFor("there was no available instance");
  EXPECT_EQ(entry.log, "requests");
  EXPECT_EQ(entry.severity, "WARNING");
  EXPECT_EQ(entry.instance_id, "");
}

TEST(CloudRunHostTest, AWaitingRequestGetsTheInstanceThatBecomesFree) {
  Event inside, go;
  std::atomic<int> served = 0;
  auto options = HandlerOptions([&](HttpRequest&, HttpResponse&) {
    inside.Set();
    go.Wait();
    ++served;
  });
  options.max_instances = 1;
  const auto host = StartHost(std::move(options));
  Pending first(*host, RequestFor("/"));
  ASSERT_TRUE(inside.Wait());
  Pending second(*host, RequestFor("/"));
  go.Set();
  EXPECT_EQ(first.Get().status, 200);
  EXPECT_EQ(second.Get().status, 200);
  EXPECT_EQ(served, 2);
}

TEST(CloudRunHostTest, ARequestThatTakesTooLongGets504AndTheInstanceGoesOn) {
  TestingClock clock;
  KeptLog log;
  Event gone;
  auto options = HandlerOptions([&](HttpRequest& request, HttpResponse& response) {
    if (request.path() == "/quick") {
      response.body = "quick";
      return;
    }
    if (request.ClientGoesWithin(seconds(10))) gone.Set();
  });
  options.max_instances = 1;
  options.clock = &clock;
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  Pending slow(*host, RequestFor("/slow"));
  const Answer answer = slow.GetAs(clock, seconds(10));
  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(answer.body, "upstream request timeout");
  EXPECT_TRUE(gone.Wait());  // the service is told that nobody waits any more
  EXPECT_EQ(log.WaitFor("has reached the maximum request timeout").severity, "ERROR");
  EXPECT_EQ(Ask(*host, "/quick").body, "quick");
  EXPECT_EQ(Control(*host, "instances").at("started"), 1);
}

TEST(CloudRunHostTest, AClientThatGoesTakesItsRequestAlong) {
  Event inside, gone;
  const auto host = StartHost(HandlerOptions([&](HttpRequest& request, HttpResponse&) {
    inside.Set();
    if (request.ClientGoesWithin(seconds(10))) gone.Set();
  }));
  RawConnection client(host->port());
  client.Send(RequestFor("/"));
  ASSERT_TRUE(inside.Wait());
  client.Close();
  EXPECT_TRUE(gone.Wait());
}

TEST(CloudRunHostTest, IdleInstancesAreStoppedDownToTheMinimum) {
  TestingClock clock;
  Barrier barrier(3);
  auto options = HandlerOptions([&](HttpRequest& request, HttpResponse&) {
    if (request.path() == "/meet") barrier.Wait();
  });
  options.max_instances = 3;
  options.min_instances = 1;
  options.request_timeout = hours(1);
  options.clock = &clock;
  const auto host = StartHost(std::move(options));
  EXPECT_TRUE(Becomes([&] {  // without a request
    const Json instances = Control(*host, "instances").at("instances");
    return instances.size() == 1 && instances[0].at("state") == "ready";
  }));
  {
    std::vector<std::unique_ptr<Pending>> requests;
    for (int i = 0; i < 3; ++i) {
      requests.push_back(std::make_unique<Pending>(*host, RequestFor("/meet")));
    }
  }
  EXPECT_EQ(Control(*host, "instances").at("instances").size(), 3U);
  clock.Advance(std::chrono::minutes(14));
  EXPECT_EQ(Ask(*host, "/").status, 200);
  EXPECT_EQ(Control(*host, "instances").at("instances").size(), 3U);
  clock.Advance(std::chrono::minutes(16));
  EXPECT_TRUE(Becomes([&] { return Control(*host, "instances").at("instances").size() == 1; }));
  EXPECT_EQ(Ask(*host, "/").status, 200);
  EXPECT_EQ(Control(*host, "instances").at("started"), 3);
}

TEST(CloudRunHostTest, ARequestThatIsTooLargeGets413) {
  auto options = HandlerOptions([](HttpRequest& request, HttpResponse& response) {
    std::uint64_t size = 0;
    (void)request.ReadBody([&](std::string_view part) {
      size += part.size();
      return Ok();
    });
    response.body = std::to_string(size);
  });
  options.max_request_bytes = 1000;
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/", "POST", "", std::string(1000, 'x')).body, "1000");
  EXPECT_EQ(Ask(*host, "/", "POST", "", std::string(1001, 'x')).status, 413);
  const std::string chunk = "1f4\r\n" + std::string(500, 'x') + "\r\n";
  const std::string chunked = RequestFor("/", "POST", "Transfer-Encoding: chunked\r\n");
  RawConnection fits(host->port());
  fits.Send(chunked + chunk + chunk + "0\r\n\r\n");
  EXPECT_EQ(fits.ReadAnswer().body, "1000");
  RawConnection too_large(host->port());
  too_large.Send(chunked + chunk + chunk + "1\r\nx\r\n0\r\n\r\n");
  EXPECT_EQ(too_large.ReadAnswer().status, 413);
}

TEST(CloudRunHostTest, AnAnswerIsPassedOnWhileItIsMade) {
  Event first_part_seen;
  auto options = HandlerOptions([&](HttpRequest&, HttpResponse& response) {
    response.source = [&](std::uint64_t offset, char* to, std::size_t) -> Result<std::size_t> {
      if (offset >= 2) return std::size_t{0};
      // The second part is not made before the client has the first.
      if (offset == 1 && !first_part_seen.Wait()) return std::size_t{0};
      *to = offset == 0 ? 'a' : 'b';
      return std::size_t{1};
    };
  });
  const auto host = StartHost(std::move(options));
  RawConnection client(host->port());
  client.Send(RequestFor("/"));
  std::string seen;
  while (seen.find("\r\n\r\n") == std::string::npos) seen += client.ReadExactly(1);
  EXPECT_EQ(client.ReadExactly(6), "1\r\na\r\n");
  first_part_seen.Set();
  EXPECT_EQ(client.ReadExactly(11), "1\r\nb\r\n0\r\n\r\n");
}

TEST(CloudRunHostTest, AnAnswerOfKnownLengthMayNotBeTooLarge) {
  auto options = HandlerOptions([](HttpRequest& request, HttpResponse& response) {
    if (request.path() == "/chunked") {
      response.source = [](std::uint64_t offset, char* to, std::size_t) -> Result<std::size_t> {
        *to = 'x';
        return std::size_t{offset < 101 ? 1U : 0U};
      };
    } else {
      response.body = std::string(request.path() == "/fits" ? 100 : 101, 'x');
    }
  });
  options.max_response_bytes = 100;
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/fits").body.size(), 100U);
  EXPECT_EQ(Ask(*host, "/too-large").status, 500);
  EXPECT_EQ(Ask(*host, "/chunked").body.size(), 101U);
}

TEST(CloudRunHostTest, HeadTellsTheLengthWithoutABody) {
  const auto host = StartHost(HandlerOptions(SayHello));
  const Answer answer = Ask(*host, "/", "HEAD");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Content-Length"), "5");
}

class TokenEdgeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto issuer = TokenIssuer::Create({});
    ASSERT_TRUE(issuer.has_value());
    issuer_ = std::move(*issuer);
    TokenVerifierOptions verifying;
    verifying.key_set = [this] { return Result<std::string>(issuer_->key_set()); };
    verifying.invokers = {"serviceAccount:" + issuer_->options().email};
    auto verifier = TokenVerifier::Create(std::move(verifying));
    ASSERT_TRUE(verifier.has_value());
    verifier_ = std::move(*verifier);
    auto options = HandlerOptions([this](HttpRequest& request, HttpResponse& response) {
      seen_ = request.headers;
      response.body = "in";
    });
    options.allow_unauthenticated = false;
    options.verifier = verifier_.get();
    options.audiences = {"https://service.example"};
    options.log = log_.Sink();
    host_ = StartHost(std::move(options));
  }
  Answer With(const std::string& headers) { return Ask(*host_, "/<x>", "GET", headers); }

  std::unique_ptr<TokenIssuer> issuer_;
  std::unique_ptr<TokenVerifier> verifier_;
  HttpHeaders seen_;
  KeptLog log_;
  std::unique_ptr<CloudRunHost> host_;
};

TEST_F(TokenEdgeTest, AGoodTokenOpensTheDoorAndLosesItsSignature) {
  const std::string token = *issuer_->Token(host_->base_url());
  EXPECT_EQ(With("Authorization: Bearer " + token + "\r\n").body, "in");
  const std::string head_and_claims = token.substr(0, token.rfind('.'));
  EXPECT_EQ(seen_.Get("Authorization"),
            "Bearer " + head_and_claims + ".SIGNATURE_REMOVED_BY_GOOGLE");
  EXPECT_EQ(
      With("authorization: bearer " + *issuer_->Token("https://service.example") + "\r\n").status,
      200);
}

TEST_F(TokenEdgeTest, TheServerlessHeaderGoesBeforeTheServicesOwn) {
  const std::string token = *issuer_->Token(host_->base_url());
  EXPECT_EQ(With("Authorization: Basic abc\r\nX-Serverless-Authorization: Bearer " + token + "\r\n")
                .status,
            200);
  EXPECT_EQ(seen_.Get("Authorization"), "Basic abc");
  EXPECT_TRUE(seen_.Get("X-Serverless-Authorization").ends_with(".SIGNATURE_REMOVED_BY_GOOGLE"));
}

TEST_F(TokenEdgeTest, WithoutATokenTheAnswerIs403) {
  const Answer answer = With("");
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(answer.body.find("does not have permission to get URL <code>/&lt;x&gt;</code>"),
            std::string::npos);
  EXPECT_EQ(log_.WaitFor("The request was not authenticated").severity, "WARNING");
}

TEST_F(TokenEdgeTest, ABadTokenGets401) {
  const std::string token = *issuer_->Token(host_->base_url());
  const std::vector<std::string> all = {
      "Authorization: Bearer garbage\r\n",
      "Authorization: Bearer \r\n",
      "Authorization: Basic " + token + "\r\n",
      "Authorization: Bearer " + *issuer_->Token("https://other.example") + "\r\n",
      "Authorization: Bearer " + token + "\r\nAuthorization: Bearer " + token + "\r\n",
      "Authorization: Bearer " + token + " " + token + "\r\n"};
  for (const std::string& headers : all) {
    const Answer answer = With(headers);
    EXPECT_EQ(answer.status, 401) << headers.substr(0, 40);
    EXPECT_TRUE(answer.Header("WWW-Authenticate").starts_with("Bearer error=\"invalid_token\""));
  }
  EXPECT_NE(log_.WaitFor("the token is for another audience").log, "");
  EXPECT_EQ(seen_.size(), 0U);  // the service saw none of them
}

TEST_F(TokenEdgeTest, WhoMayNotCallGets403) {
  const auto token = issuer_->TokenOf("other@example.com", host_->base_url());
  EXPECT_EQ(With("Authorization: Bearer " + *token + "\r\n").status, 403);
}

TEST_F(TokenEdgeTest, TheControlPrefixNeedsNoTokenAndIsNotTheServices) {
  EXPECT_EQ(Ask(*host_, "/_hyperlocal/health").status, 200);
  EXPECT_EQ(Ask(*host_, "/_hyperlocal/other").status, 404);
  EXPECT_EQ(Ask(*host_, "/_hyperlocal/health", "POST").status, 405);
  EXPECT_EQ(seen_.size(), 0U);
}

TEST(CloudRunHostFaultTest, StatusResetDelayAndKillAreInjectedAndCounted) {
  std::atomic<int> served = 0;
  auto options = HandlerOptions([&](HttpRequest&, HttpResponse&) { ++served; });
  options.fault_plan = R"({"rules":[
      {"path":"/busy","fault":"status","status":429,"times":1},
      {"path":"/reset","fault":"reset"},
      {"path":"/late","fault":"delay","delay_ms":20},
      {"path":"/kill","fault":"kill","times":1},
      {"path":"/twice","fault":"duplicate","times":1}]})";
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/busy").status, 429);
  EXPECT_EQ(Ask(*host, "/busy").status, 200);
  EXPECT_EQ(served, 1);
  RawConnection reset(host->port());
  reset.Send(RequestFor("/reset"));
  EXPECT_TRUE(reset.EndsHere());
  EXPECT_TRUE(reset.was_reset());
  EXPECT_EQ(served, 1);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask(*host, "/late").status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(20));
  EXPECT_EQ(Ask(*host, "/kill").status, 503);
  EXPECT_EQ(Ask(*host, "/kill").status, 200);
  const int before = served;
  EXPECT_EQ(Ask(*host, "/twice", "POST", "", "a body").status, 200);
  EXPECT_EQ(served, before + 2);
  const Json rules = Control(*host, "faults").at("rules");
  EXPECT_EQ(rules[0].at("matched"), 2);
  EXPECT_EQ(rules[0].at("injected"), 1);
  EXPECT_EQ(rules[1].at("injected"), 1);
  EXPECT_EQ(rules[3].at("injected"), 1);
  EXPECT_EQ(Control(*host, "instances").at("started"), 2);  // a new one behind the killed one
}

TEST(CloudRunHostFaultTest, ARuleCanBeAboutAnActionAndTheBodyStillArrives) {
  std::string body;
  auto options = HandlerOptions(
      [&](HttpRequest& request, HttpResponse&) { body = *request.ReadSmallBody(1000); });
  options.fault_plan = R"({"rules":[{"action":"renderChunk","fault":"status","status":500}]})";
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/", "POST", "", R"({"Payload":{"Action":"renderChunk"}})").status, 500);
  EXPECT_EQ(body, "");
  EXPECT_EQ(Ask(*host, "/", "POST", "", R"({"Action":"plan"})").status, 200);
  EXPECT_EQ(body, R"({"Action":"plan"})");
}

TEST(CloudRunHostFaultTest, ThePlanIsReplacedAndClearedWhileTheHostRuns) {
  const auto host = StartHost(HandlerOptions(SayHello));
  EXPECT_EQ(
      Ask(*host, "/_hyperlocal/faults", "PUT", "", R"({"rules":[{"fault":"status","status":502}]})")
          .status,
      200);
  EXPECT_EQ(Ask(*host, "/").status, 502);
  const Answer bad = Ask(*host, "/_hyperlocal/faults", "PUT", "", R"({"rules":[{}]})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.body.find("rules[0].fault"), std::string::npos);
  EXPECT_EQ(Ask(*host, "/").status, 502);  // the good one is still there
  EXPECT_EQ(Ask(*host, "/_hyperlocal/faults", "DELETE").status, 200);
  EXPECT_EQ(Ask(*host, "/").status, 200);
}

TEST(CloudRunHostTest, StopEndsWhatRunsAndWhatWaits) {
  Event inside;
  auto options = HandlerOptions([&](HttpRequest& request, HttpResponse&) {
    inside.Set();
    (void)request.ClientGoesWithin(seconds(10));
  });
  options.max_instances = 1;
  auto host = StartHost(std::move(options));
  Pending running(*host, RequestFor("/"));
  ASSERT_TRUE(inside.Wait());
  Pending waiting(*host, RequestFor("/"));
  const int port = host->port();
  host->Stop();
  host->Stop();
  EXPECT_FALSE(running.Get().whole);
  EXPECT_FALSE(waiting.Get().whole);
  EXPECT_FALSE(RawConnection::IsAccepted(port));
}

TEST(CloudRunHostTest, StopLetsRequestsFinishWithinItsGrace) {
  Event inside, go;
  auto host = StartHost(HandlerOptions([&](HttpRequest&, HttpResponse& response) {
    inside.Set();
    go.Wait();
    response.body = "finished";
  }));
  Pending running(*host, RequestFor("/"));
  ASSERT_TRUE(inside.Wait());
  const int port = host->port();
  std::thread stopper([&] { host->Stop(seconds(30)); });
  while (RawConnection::IsAccepted(port)) std::this_thread::yield();
  go.Set();
  EXPECT_EQ(running.Get().body, "finished");
  stopper.join();
}

TEST(CloudRunHostTest, OptionsThatMakeNoSenseAreRefusedWithTheWayOut) {
  const auto error = [](auto change) {
    CloudRunHostOptions options = HandlerOptions(SayHello);
    change(options);
    auto host = CloudRunHost::Start(std::move(options));
    return host.has_value() ? Error{ErrorCode::kInternal, "started"} : host.error();
  };
  EXPECT_EQ(error([](auto& o) { o.handler = nullptr; }).code, ErrorCode::kUsage);
  EXPECT_EQ(error([](auto& o) { o.command = {"x"}; }).code, ErrorCode::kUsage);
  EXPECT_NE(error([](auto& o) { o.allow_unauthenticated = false; }).message.find("verifier"),
            std::string::npos);
  EXPECT_EQ(error([](auto& o) { o.concurrency = 0; }).code, ErrorCode::kUsage);
  EXPECT_EQ(error([](auto& o) { o.max_instances = 0; }).code, ErrorCode::kUsage);
  EXPECT_EQ(error([](auto& o) { o.min_instances = 5; }).code, ErrorCode::kUsage);
  EXPECT_NE(error([](auto& o) { o.request_timeout = hours(2); }).message.find("3600"),
            std::string::npos);
  EXPECT_EQ(error([](auto& o) { o.memory_limit = 1; }).code, ErrorCode::kUsage);
  EXPECT_EQ(error([](auto& o) { o.environment["PORT"] = "1"; }).code, ErrorCode::kUsage);
  EXPECT_EQ(error([](auto& o) { o.fault_plan = "{"; }).code, ErrorCode::kInvalidJson);
  const auto command = [&](std::vector<std::string> arguments) {
    return error([&](auto& o) {
      o.handler = nullptr;
      o.command = arguments;
    });
  };
  EXPECT_EQ(command({"no-such-program-anywhere"}).code, ErrorCode::kNoInput);
  EXPECT_NE(command({"./no/such/file"}).message.find("no/such/file"), std::string::npos);
  EXPECT_EQ(error([](auto& o) {
              o.handler = nullptr;
              o.command = {"true"};
              o.working_directory = "/no/such/directory";
            }).code,
            ErrorCode::kNoInput);
}

}  // namespace
}  // namespace hyperlocal::cloud_run
