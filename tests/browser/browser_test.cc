// Chrome that dies, hangs, is told to stop, or is left behind.
#include "engine/browser/browser.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/browser/browser_slot.h"
#include "engine/capture/composition_page.h"
#include "engine/composition/page_scripts.h"
#include "engine/composition/page_server.h"
#include "tests/browser/page_fixture.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

extern char** environ;

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr FrameRate kRate{30, 1};
constexpr const char* kSignal = "https://signal.example/";

// Sets an environment variable while it lives.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (old_.empty()) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, old_.c_str(), 1);
    }
  }

 private:
  const char* name_;
  std::string old_;
};

// Processes whose command line holds `text`.
std::vector<std::string> ProcessesNaming(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string command = testing::FileContent(entry.path() / "cmdline");
    if (command.find(text) != std::string::npos) found.push_back(entry.path().filename());
  }
  return found;
}

// Killed processes end a little after the signal.
bool HoldsWithinFiveSeconds(const std::function<bool()>& condition) {
  const auto deadline = steady_clock::now() + milliseconds{5000};
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds{10});
  }
  return true;
}

std::vector<std::string> NamesIn(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename());
  return names;
}

class BrowserTest : public ::testing::Test {
 protected:
  // A page whose seek asks for kSignal, which calls `on_signal`, and then never ends.
  Result<std::unique_ptr<CompositionPage>> OpenStuckPage(Browser& browser,
                                                         std::function<void()> on_signal) {
    return OpenPageSeekingBy(
        browser, "fetch('https://signal.example/').catch(() => {}); return new Promise(() => {});",
        std::move(on_signal));
  }

  Result<std::unique_ptr<CompositionPage>> OpenPageSeekingBy(Browser& browser,
                                                             const std::string& script,
                                                             std::function<void()> on_signal) {
    testing::PutFile(directory_ / "index.html",
                     "<!doctype html><title>Stuck</title><script>window.__hf = {duration: 1, "
                     "seek: () => {" +
                         script + "}};</script>");
    CompositionPageOptions options;
    options.directory = directory_.path();
    options.width = 64;
    options.height = 64;
    options.frame_timeout = frame_timeout_;
    options.answer_outside = [call = std::move(on_signal)](const std::string& url) {
      if (url == kSignal) call();
      return OutsideAnswer{404, "text/plain", ""};
    };
    return CompositionPage::Open(browser, std::move(options));
  }

  static std::unique_ptr<Browser> Launch(CancellationToken cancel = {}) {
    auto browser = Browser::Launch(std::move(cancel));
    if (!browser) ADD_FAILURE() << browser.error().message;
    return browser ? std::move(*browser) : nullptr;
  }

  testing::TemporaryDirectory directory_{"browser-test"};
  milliseconds frame_timeout_{20'000};
};

TEST_F(BrowserTest, AChromeKilledWhileItDrawsIsNamedAtOnce) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  steady_clock::time_point killed;
  auto page = OpenStuckPage(*browser, [&] {
    killed = steady_clock::now();
    ::kill(browser->pid(), SIGKILL);
  });
  ASSERT_TRUE(page) << page.error().message;
  const auto drawn = (*page)->Draw(3, kRate, {});
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, ErrorCode::kBrowserCrashed) << drawn.error().message;
  EXPECT_THAT(drawn.error().message, HasSubstr("frame 3: Chrome killed by signal 9"));
  EXPECT_LT(steady_clock::now() - killed, milliseconds{1000});
}

TEST_F(BrowserTest, APageProcessKilledWhileItDrawsIsNamedAtOnce) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  steady_clock::time_point killed;
  const auto page_processes = [&] {
    std::vector<pid_t> pids;
    for (const std::string& name : ProcessesNaming("--type=renderer")) {
      const pid_t pid = static_cast<pid_t>(std::stol(name));
      if (::getpgid(pid) == browser->pid()) pids.push_back(pid);
    }
    return pids;
  };
  auto page = OpenStuckPage(*browser, [&] {
    killed = steady_clock::now();
    for (const pid_t pid : page_processes()) ::kill(pid, SIGKILL);
  });
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_THAT(page_processes(), ::testing::Not(IsEmpty()));
  const auto drawn = (*page)->Draw(0, kRate, {});
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, ErrorCode::kBrowserCrashed) << drawn.error().message;
  EXPECT_LT(steady_clock::now() - killed, milliseconds{2000});
}

TEST_F(BrowserTest, AnEndlessLoopInThePageIsATimeout) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  frame_timeout_ = milliseconds{300};
  auto page = OpenPageSeekingBy(*browser, "for (;;);", [] {});
  ASSERT_TRUE(page) << page.error().message;
  const auto begun = steady_clock::now();
  const auto drawn = (*page)->Draw(7, kRate, {});
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, ErrorCode::kBrowserTimeout) << drawn.error().message;
  EXPECT_THAT(drawn.error().message, HasSubstr("frame 7: no answer from Chrome within 300 ms"));
  page->reset();  // closing such a page must not wait for it
  EXPECT_LT(steady_clock::now() - begun, milliseconds{3000});
}

TEST_F(BrowserTest, WaitingEndsSoonAfterCancellation) {
  CancellationToken cancel;
  const auto browser = Launch(cancel);
  ASSERT_TRUE(browser);
  steady_clock::time_point cancelled;
  auto page = OpenStuckPage(*browser, [&] {
    cancelled = steady_clock::now();
    cancel.Cancel();
  });
  ASSERT_TRUE(page) << page.error().message;
  const auto drawn = (*page)->Draw(0, kRate, {});
  const auto waited = steady_clock::now() - cancelled;
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, ErrorCode::kCancelled) << drawn.error().message;
  EXPECT_LT(waited, milliseconds{200});
}

// Chrome tells the end of an answer only to whoever reads it.
TEST_F(BrowserTest, ARefusalThatNobodyReadsIsNotWaitedFor) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  const auto page = OpenPageSeekingBy(
      *browser, "return fetch('nowhere.json').then((answer) => answer.status)", nullptr);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_TRUE((*page)->Draw(0, kRate, {}));
  for (const PageMessage& message : (*page)->TakeMessages()) {
    EXPECT_THAT(message.text, ::testing::Not(HasSubstr("did not arrive")));
  }
  EXPECT_THAT((*page)->TakeMissingFiles(), ::testing::ElementsAre("nowhere.json"));
}

// Otherwise the first picture would wait for the drawing of all frames before it, and come too
// late.
TEST_F(BrowserTest, AReplayWaitsForWhatWebGlDraws) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  const auto page = OpenPageSeekingBy(*browser, R"(
      if (!window.gl) {
        window.gl = document.createElement('canvas').getContext('webgl2');
        window.target = gl.createFramebuffer();
        gl.bindFramebuffer(gl.FRAMEBUFFER, target);
        const readPixels = gl.readPixels;
        gl.readPixels = function (...values) {
          console.warn('reads back');
          return readPixels.apply(gl, values);
        };
      }
      if (gl.getParameter(gl.FRAMEBUFFER_BINDING) !== target) console.warn('lost its target');
      if (gl.getError() !== gl.NO_ERROR) console.warn('made an error');)",
                                      nullptr);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_TRUE((*page)->Replay(0, 4, kRate));
  ASSERT_TRUE((*page)->Seek(4, kRate));
  std::set<std::string> said;
  for (const PageMessage& message : (*page)->TakeMessages()) said.insert(message.text);
  EXPECT_THAT(said, ::testing::ElementsAre("reads back"));
}

TEST_F(BrowserTest, TheJsonProtocolGivesTheSamePixels) {
  BrowserSlot binary{CancellationToken()};
  const auto fixture = testing::PageFixture::Plan("gsap", 30, binary);
  ASSERT_TRUE(fixture) << fixture.error().message;
  const auto wanted = (*fixture)->Draw({0, 11, 29}, binary);
  ASSERT_TRUE(wanted) << wanted.error().message;

  const ScopedVariable json("HYPERLOCAL_DEVTOOLS", "json");
  BrowserSlot text{CancellationToken()};
  const auto drawn = (*fixture)->Draw({0, 11, 29}, text);
  ASSERT_TRUE(drawn) << drawn.error().message;
  const std::string command =
      testing::FileContent("/proc/" + std::to_string((*text.Get())->pid()) + "/cmdline");
  EXPECT_THAT(command, HasSubstr("--remote-debugging-pipe"));
  EXPECT_THAT(command, ::testing::Not(HasSubstr("--remote-debugging-pipe=cbor")));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(testing::Difference((*drawn)[i], (*wanted)[i]), "") << "picture " << i;
  }
}

TEST_F(BrowserTest, APageSeesNothingThatAnEarlierOneStored) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  testing::PutFile(directory_ / "index.html", "<!doctype html><title>Store</title>");
  const auto server = PageServer::Start(directory_.path());
  ASSERT_TRUE(server) << server.error().message;
  constexpr milliseconds kTimeout{20'000};
  const std::string read =
      "(async () => `${localStorage.getItem('kept')} ${document.cookie} ${(await "
      "caches.keys()).length} ${(await indexedDB.databases()).length}`)()";
  const auto open = [&] {
    PageOptions options;
    options.width = options.height = 64;
    options.own_origin = (*server)->origin();
    auto page = browser->OpenPage(std::move(options));
    EXPECT_TRUE(page);
    EXPECT_TRUE((*page)->Navigate((*server)->origin() + "/", kTimeout));
    return std::move(*page);
  };
  {
    const auto page = open();
    const auto stored = page->Evaluate(
        "(async () => { localStorage.setItem('kept', 'yes'); document.cookie = 'kept=yes'; await "
        "caches.open('kept'); await new Promise((done) => { indexedDB.open('kept').onsuccess = "
        "done; }); })()",
        kTimeout);
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_EQ(page->Evaluate(read, kTimeout).value(), "yes kept=yes 1 1");
  }
  const auto page = open();
  EXPECT_EQ(page->Evaluate(read, kTimeout).value(), "null  0 0");
}

// Parts of the page are looked at behind its back.
TEST_F(BrowserTest, APageSeesOneWindowWhateverIsLookedAt) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  testing::PutFile(directory_ / "index.html",
                   R"(<!doctype html><style>
  body { margin: 0; height: 2000px; overflow: hidden }
  #corner { position: fixed; right: 0; bottom: 0; width: 10vw; height: 10vh }
  </style><div id="corner"></div><script>
  window.heard = [];
  for (const target of [window, visualViewport, document]) {
    for (const event of ['resize', 'scroll']) {
      target.addEventListener(event, () => heard.push(event), true);
    }
  }
  new IntersectionObserver((all) => { for (const one of all) heard.push(one.intersectionRatio) })
    .observe(corner);
  matchMedia('(max-width: 500px)').addEventListener('change', () => heard.push('media'));
  window.seen = () => JSON.stringify([
    innerWidth, innerHeight, outerWidth, outerHeight, screen.width, screen.height,
    screen.availWidth, screenX, screenY, scrollX, scrollY, devicePixelRatio,
    document.documentElement.clientWidth, document.documentElement.clientHeight,
    visualViewport.width, visualViewport.height, visualViewport.offsetLeft, visualViewport.pageTop,
    visualViewport.scale, matchMedia('(device-width: 640px) and (width: 640px)').matches,
    Object.values(corner.getBoundingClientRect().toJSON()), heard]);
  </script>)");
  const auto server = PageServer::Start(directory_.path());
  ASSERT_TRUE(server) << server.error().message;
  constexpr milliseconds kTimeout{20'000};
  constexpr milliseconds kInterval{33};
  PageOptions options;
  options.width = 640;
  options.height = 360;
  options.own_origin = (*server)->origin();
  const auto page = browser->OpenPage(std::move(options));
  ASSERT_TRUE(page);
  ASSERT_TRUE((*page)->Navigate((*server)->origin() + "/", kTimeout));
  const auto draw = [&](const std::optional<PixelRectangle>& part) {
    EXPECT_TRUE((*page)->LookAt(part));
    for (int frame = 0; frame < 3; ++frame) {
      const auto picture = (*page)->DrawFrame(kInterval, {}, kTimeout);
      EXPECT_TRUE(picture);
    }
    return (*page)->Evaluate("seen()", kTimeout).value().get<std::string>();
  };
  EXPECT_EQ(draw(std::nullopt),
            "[640,360,640,360,640,360,640,0,0,0,0,1,640,360,640,360,0,0,1,true,"
            "[576,324,64,36,324,640,360,576],[1]]");
  const std::string whole = draw(std::nullopt);
  EXPECT_EQ(draw(PixelRectangle{160, 80, 320, 176}), whole);
  EXPECT_EQ(draw(PixelRectangle{480, 320, 640, 360}), whole);
  EXPECT_EQ(draw(std::nullopt), whole);
}

// An audio device and its threads for every page would be the page runtime's alone.
TEST_F(BrowserTest, OnlyAPageThatAsksForAnAudioContextGetsOne) {
  const auto browser = Launch();
  ASSERT_TRUE(browser);
  testing::PutFile(directory_ / "index.html",
                   "<!doctype html><html><head></head><body><div data-composition-id='main' "
                   "data-width='64' data-height='64' data-duration='1'></div></body></html>");
  const auto server = PageServer::Start(directory_.path());
  ASSERT_TRUE(server) << server.error().message;
  constexpr milliseconds kTimeout{20'000};
  PageOptions options;
  options.width = options.height = 64;
  options.own_origin = (*server)->origin();
  options.scripts = ScriptsBeforeThePage("", {30, 1});
  options.scripts.emplace_back(
      "window.gains = 0; const create = BaseAudioContext.prototype.createGain;"
      "BaseAudioContext.prototype.createGain = function () { ++window.gains; return "
      "create.call(this); };");
  const auto page = browser->OpenPage(std::move(options));
  ASSERT_TRUE(page);
  ASSERT_TRUE((*page)->Navigate((*server)->origin() + "/", kTimeout));
  ASSERT_EQ((*page)->Evaluate("__hyperlocal.ready(5000)", kTimeout).value(), "");
  EXPECT_EQ((*page)->Evaluate("gains", kTimeout).value(), 0);
  EXPECT_EQ((*page)->Evaluate("new AudioContext().createGain(), gains", kTimeout).value(), 1);
}

TEST_F(BrowserTest, NothingIsLeftOfABrowserThatEnded) {
  const ScopedVariable temporary("TMPDIR", directory_.path());
  auto browser = Launch();
  ASSERT_TRUE(browser);
  ASSERT_THAT(NamesIn(directory_.path()), SizeIs(1));
  ASSERT_THAT(ProcessesNaming(directory_.path()), ::testing::Not(IsEmpty()));
  const pid_t group = browser->pid();
  browser.reset();
  EXPECT_THAT(NamesIn(directory_.path()), IsEmpty());
  EXPECT_TRUE(HoldsWithinFiveSeconds([&] { return ::kill(-group, 0) != 0; }));
  EXPECT_TRUE(HoldsWithinFiveSeconds([&] { return ProcessesNaming(directory_.path()).empty(); }));
}

TEST_F(BrowserTest, AKilledOwnerLeavesNoChromeAndItsProfileGoesAtTheNextStart) {
  const ScopedVariable temporary("TMPDIR", directory_.path());
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ready[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ready[0]);
  posix_spawn_file_actions_addclose(&actions, ready[1]);
  std::string program = HYPERLOCAL_BROWSER_OWNER;
  char* const arguments[] = {program.data(), nullptr};
  pid_t owner = 0;
  ASSERT_EQ(::posix_spawn(&owner, program.c_str(), &actions, nullptr, arguments, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ready[1]);
  char said = 0;
  EXPECT_EQ(::read(ready[0], &said, 1), 1) << "the owner ended before its Chrome ran";
  ::close(ready[0]);
  const std::vector<std::string> profiles = NamesIn(directory_.path());
  EXPECT_THAT(profiles, SizeIs(1));
  EXPECT_THAT(ProcessesNaming(directory_.path()), ::testing::Not(IsEmpty()));

  ::kill(owner, SIGKILL);
  int status = 0;
  ::waitpid(owner, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(HoldsWithinFiveSeconds([&] { return ProcessesNaming(directory_.path()).empty(); }));
  EXPECT_EQ(NamesIn(directory_.path()), profiles);  // nobody was left to remove it
  auto next = Launch();
  ASSERT_TRUE(next);
  EXPECT_THAT(NamesIn(directory_.path()), SizeIs(1));
  EXPECT_NE(NamesIn(directory_.path()), profiles);
}

}  // namespace
}  // namespace hyperlocal
