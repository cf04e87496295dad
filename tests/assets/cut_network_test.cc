// The program itself: `assets fetch` over HTTP, then a render in a network namespace that has
// nothing but its own loopback, to the same bytes.
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine/http/http_server.h"
#include "tests/assets/project_plan.h"

namespace hyperlocal {
namespace {

using testing::FileContent;
using testing::ProjectPlan;

constexpr int kNotPermitted = 200;  // exit status of a child that may not cut its network

// A namespace of this process's own, in which it can reach itself and nobody else.
bool CutNetwork() {
  const int root = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  if (::unshare(CLONE_NEWNET | root) != 0) return false;
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq loopback{};
  std::strcpy(loopback.ifr_name, "lo");
  bool up = socket >= 0 && ::ioctl(socket, SIOCGIFFLAGS, &loopback) == 0;
  loopback.ifr_flags = static_cast<short>(loopback.ifr_flags | IFF_UP);
  up = up && ::ioctl(socket, SIOCSIFFLAGS, &loopback) == 0;
  if (socket >= 0) ::close(socket);
  return up;
}

int RunProgram(std::vector<std::string> arguments, const std::string& cache, bool cut) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (cut && !CutNetwork()) ::_exit(kNotPermitted);
    ::setenv("XDG_CACHE_HOME", cache.c_str(), 1);
    ::unsetenv("HTTP_PROXY");
    ::unsetenv("http_proxy");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

TEST(CutNetwork, WhatWasFetchedRendersToTheSameBytes) {
  ProjectPlan page;
  auto server = HttpServer::Start({}, [](HttpRequest&, HttpResponse& response) {
    response.headers.Add("Content-Type", "image/svg+xml");
    response.body =
        "<svg xmlns='http://www.w3.org/2000/svg' width='320' height='180'><circle "
        "cx='99' cy='88' r='70' fill='#fc0'/></svg>";
  });
  ASSERT_TRUE(server) << server.error().message;
  page.Put("<script src='https://cdn.jsdelivr.net/npm/gsap@3.14.2/dist/gsap.min.js'></script>",
           "<img src='" + (*server)->base_url() +
               "/a.svg'><p style='color:#fff;font-family:Inter'>"
               "Words</p>");
  const std::string cache = page.directory / "cache";
  const std::string project = page.project;
  const auto render = [&](const char* name, bool cut) {
    return RunProgram({HYPERLOCAL_PROGRAM, "render", project, "-o", page.directory / name,
                       "--quiet", "--workers", "1"},
                      cache, cut);
  };
  EXPECT_EQ(render("before.mp4", false), 65);  // nothing is fetched unasked
  ASSERT_EQ(RunProgram({HYPERLOCAL_PROGRAM, "assets", "fetch", project}, cache, false), 0);
  ASSERT_EQ(render("with.mp4", false), 0);
  server->reset();
  const int cut = render("without.mp4", true);
  if (cut == kNotPermitted) GTEST_SKIP() << "no network namespace may be made here";
  ASSERT_EQ(cut, 0);
  EXPECT_TRUE(FileContent(page.directory / "with.mp4") ==
              FileContent(page.directory / "without.mp4"));
}

}  // namespace
}  // namespace hyperlocal
