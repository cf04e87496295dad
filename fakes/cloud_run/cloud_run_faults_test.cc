#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>

#include "fakes/cloud_run/cloud_run_host_test_support.h"
#include "fakes/cloud_run/small_disk.h"

// What a fault plan does while an instance works: kills it at a time or a frame, fills its disk.
namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

// Before there are threads.
const bool kDisks = EnterDiskNamespace().has_value();

CloudRunHostOptions HandlerOf(HttpServer::Handler handler, std::string plan) {
  CloudRunHostOptions options;
  options.handler = std::move(handler);
  options.allow_unauthenticated = true;
  options.fault_plan = std::move(plan);
  return options;
}

CloudRunHostOptions ProgramWith(std::string plan) {
  CloudRunHostOptions options = ProgramOptions();
  options.fault_plan = std::move(plan);
  return options;
}

Json RulesOf(const CloudRunHost& host) {
  return Json::parse(Ask(host, "/_hyperlocal/faults").body).at("rules");
}

pid_t PidOfProgram(const CloudRunHost& host) {
  return std::stoi(Ask(host, "/").body);
}

TEST(KillDuringWorkTest, AtAFrameTheHandlersClientIsGoneAtOnce) {
  std::unique_ptr<CloudRunHost> host;
  std::atomic<int> last = 0;
  std::atomic<bool> ended = false;
  host = StartHost(HandlerOf(
      [&](HttpRequest& request, HttpResponse&) {
        for (int frame = 1; frame <= 100 && !request.ClientIsGone(); ++frame) {
          last = frame;
          host->SeeFrame(request.headers, static_cast<std::uint64_t>(frame));
        }
        ended = true;
      },
      R"({"rules":[{"path":"/chunk","fault":"kill","at_frame":7,"times":1}]})"));
  EXPECT_EQ(Ask(*host, "/chunk").status, 503);
  while (!ended) std::this_thread::yield();
  EXPECT_EQ(last, 7);
  EXPECT_EQ(Ask(*host, "/chunk").status, 200);
  EXPECT_EQ(last, 100);
  EXPECT_EQ(RulesOf(*host)[0].at("injected"), 1);
  EXPECT_FALSE(RulesOf(*host)[0].contains("missed"));
  EXPECT_EQ(Json::parse(Ask(*host, "/_hyperlocal/instances").body).at("started"), 2);
}

TEST(KillDuringWorkTest, AfterATimeAndARequestThatWasFasterLives) {
  const auto host = StartHost(HandlerOf(
      [](HttpRequest& request, HttpResponse&) {
        // Only a kill ends it, or a failure of this test.
        if (request.path() == "/slow") request.ClientGoesWithin(std::chrono::seconds(20));
      },
      R"({"rules":[{"fault":"kill","after_ms":[30,60]}]})"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask(*host, "/slow").status, 503);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(30));
  EXPECT_EQ(Ask(*host, "/fast").status, 200);
  EXPECT_EQ(RulesOf(*host)[0].at("injected"), 2);
  EXPECT_EQ(RulesOf(*host)[0].at("missed"), 1);
}

TEST(KillDuringWorkTest, AProgramIsReallyKilled) {
  const auto timed =
      StartHost(ProgramWith(R"({"rules":[{"path":"/hold","fault":"kill","after_ms":20}]})"));
  const pid_t first = PidOfProgram(*timed);
  EXPECT_EQ(Ask(*timed, "/hold").status, 503);
  EXPECT_FALSE(IsRunning(first));

  KeptLog log;
  auto options = ProgramWith(R"({"rules":[{"path":"/frames","fault":"kill","at_frame":3}]})");
  options.log = log.Sink();
  const auto framed = StartHost(std::move(options));
  const pid_t second = PidOfProgram(*framed);
  EXPECT_EQ(Ask(*framed, "/frames?9").status, 503);
  EXPECT_FALSE(IsRunning(second));
  EXPECT_NE(log.WaitFor("terminated on signal 9").text, "");
  EXPECT_NE(log.WaitFor("killed by the fault plan").text, "");
}

TEST(FullDiskTest, AProgramGetsTheSystemsOwnErrorForOneRequest) {
  if (!kDisks) GTEST_SKIP() << DisksCanBeMade().error().message;
  const auto host = StartHost(ProgramWith(
      R"({"rules":[{"path":"/fill","fault":"full_disk","free_bytes":8192,"times":1}]})"));
  EXPECT_EQ(Ask(*host, "/fill?1000000").body, "8192 No space left on device");
  EXPECT_EQ(Ask(*host, "/fill?1000000").body.substr(0, 8), "1003520 ");
}

TEST(FullDiskTest, AHandlerIsToldWhereItsDiskIsAndNothingIsLeft) {
  if (!kDisks) GTEST_SKIP() << DisksCanBeMade().error().message;
  std::unique_ptr<CloudRunHost> host;
  std::atomic<bool> is_full = false, was_told = false;
  host = StartHost(HandlerOf(
      [&](HttpRequest& request, HttpResponse&) {
        const std::filesystem::path disk = host->DiskOf(request.headers);
        was_told = !disk.empty();
        if (disk.empty()) return;
        std::ofstream out(disk / "file");
        out << std::string(5000, 'x') << std::flush;
        is_full = !out;
      },
      R"({"rules":[{"fault":"full_disk","times":1}]})"));
  EXPECT_EQ(Ask(*host, "/").status, 200);
  EXPECT_TRUE(was_told);
  EXPECT_TRUE(is_full);
  EXPECT_EQ(Ask(*host, "/").status, 200);
  EXPECT_FALSE(was_told);
  host.reset();
  std::ifstream mounts("/proc/self/mounts");
  const std::string text((std::istreambuf_iterator<char>(mounts)),
                         std::istreambuf_iterator<char>());
  EXPECT_EQ(text.find("hyperlocal-disks"), std::string::npos);
}

}  // namespace
}  // namespace hyperlocal::cloud_run
