#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/archive/archive_reader.h"
#include "engine/browser/browser_slot.h"
#include "engine/plan/plan_directory.h"
#include "engine/render_chunk.h"
#include "tests/service/service_fixture.h"
#include "tests/support/file_content.h"
#include "tests/support/raw_connection.h"

// The service and its browsers.

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The Chromes that this process has started and that run.
std::vector<pid_t> Chromes() {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    // "<pid> (<command>) <state> <parent> …", the command cut to 15 letters
    const std::string stat = FileContent(entry.path() / "stat");
    const std::size_t end = stat.rfind(')');
    if (end == std::string::npos || stat.find("headle") > end) continue;
    if (stat[end + 2] == 'Z' || std::stoi(stat.substr(end + 4)) != ::getpid()) continue;
    found.push_back(std::stoi(name));
  }
  return found;
}

PlanEvent PageEvent(ServiceFixture& service, double seconds) {
  const TemporaryDirectory project("page");
  PutFile(project / "index.html",
          fmt::format(R"(<!doctype html><body style="margin:0;background:#123">
<div data-composition-id="main" data-width="160" data-height="96" data-start="0" data-duration="{}"
 style="width:160px;height:96px"><p id="a" style="position:absolute;color:#fff">x</p></div>
<script>window.__hf={{duration:{},seek:t=>{{document.getElementById('a').style.left=t*9+'px'}}}}</script>)",
                      seconds, seconds));
  return PlanOf(service.PutProject(project.path(), "sites/page/project.tar.gz"), PlanProtocol::kV1,
                seconds > 1 ? 3600 : 10);
}

TEST(Browsers, StayWarmAndDrawWhatTheyDrawElsewhere) {
  ServiceFixture service;
  const PlanResult plan = service.Plan(PageEvent(service, 0.5));
  const std::vector<pid_t> first = Chromes();
  ASSERT_THAT(first, SizeIs(1));
  const RenderChunkResult chunk = service.RenderChunk(ChunkOf(plan, 0));
  EXPECT_EQ(Chromes(), first);

  PutFile(service.scratch() / "plan.tar.gz",
          service.Object(std::get<V1Locator>(plan.plan).archive));
  ASSERT_TRUE(ExtractTarGz(service.scratch() / "plan.tar.gz", service.scratch() / "plan", {}));
  const auto unpacked = ReadPlanDirectory(service.scratch() / "plan");
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  {
    BrowserSlot slot{CancellationToken()};
    const auto direct = RenderChunk(*unpacked, 0, service.scratch() / "direct.mp4", slot, {});
    ASSERT_TRUE(direct) << direct.error().message;
  }
  EXPECT_EQ(service.Object(chunk.chunk), FileContent(service.scratch() / "direct.mp4"));

  // One that died between two requests is nobody's error.
  ASSERT_EQ(Chromes(), first);
  ::kill(first[0], SIGKILL);
  EXPECT_EQ(service.RenderChunk(ChunkOf(plan, 0)).sha256, chunk.sha256);
  ASSERT_THAT(Chromes(), SizeIs(1));
  EXPECT_NE(Chromes(), first);
  service.server().Stop();
  service.ResetService();
  EXPECT_THAT(Chromes(), IsEmpty());
}

TEST(Browsers, AreThereBeforeTheFirstRequestWhenWarmedUp) {
  RenderServiceOptions options;
  options.idle_browsers = 2;
  ServiceFixture service(std::move(options));
  service.service().WarmUp(2);
  // A request that comes while they start waits for one of them: there is never a third.
  std::set<pid_t> seen;
  std::atomic<bool> over = false;
  std::thread watch([&] {
    while (!over) {
      for (const pid_t chrome : Chromes()) seen.insert(chrome);
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  const PlanResult plan = service.Plan(PageEvent(service, 0.5));
  service.RenderChunk(ChunkOf(plan, 0));
  while (Chromes().size() < 2) std::this_thread::sleep_for(milliseconds(10));
  over = true;
  watch.join();
  EXPECT_THAT(seen, SizeIs(2));
}

// As a host does that kills an instance on purpose at a frame.
TEST(Browsers, EndWithTheirRequestAtTheFrameAtWhichItsConnectionBreaks) {
  std::atomic<std::int64_t> last = 0;
  std::unique_ptr<RawConnection> caller;
  RenderServiceOptions options;
  options.on_frame = [&](const HttpRequest&, std::int64_t done) {
    last = done;
    if (done == 3) caller->Close();
  };
  ServiceFixture service(std::move(options));
  const PlanResult plan = service.Plan(PageEvent(service, 60));
  caller = std::make_unique<RawConnection>(service.server().port());
  const std::string body = *ToJson(RenderEvent(ChunkOf(plan, 0)));
  ASSERT_TRUE(caller->Send(fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}",
                                       body.size(), body)));
  while (last < 3) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_TRUE(service.service().AwaitIdle(std::chrono::seconds(10)));
  EXPECT_LE(last, 4);
  EXPECT_THAT(Chromes(), IsEmpty());
  EXPECT_THAT(service.Names("renders/r1/chunks/"), IsEmpty());
}

TEST(Browsers, EndWithACallerThatGoesAway) {
  ServiceFixture service;
  const PlanResult plan = service.Plan(PageEvent(service, 60));
  ASSERT_THAT(Chromes(), SizeIs(1));
  {
    RawConnection caller(service.server().port());
    const std::string body = *ToJson(RenderEvent(ChunkOf(plan, 0)));
    ASSERT_TRUE(caller.Send(fmt::format(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(), body)));
    while (service.LogLines("handler_start").size() < 2) std::this_thread::yield();
  }
  EXPECT_TRUE(service.service().AwaitIdle(std::chrono::seconds(10)));
  EXPECT_THAT(Chromes(), IsEmpty());
  EXPECT_THAT(service.Names("renders/r1/chunks/"), IsEmpty());
}

}  // namespace
}  // namespace hyperlocal::testing
