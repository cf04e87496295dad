#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "fakes/cloud_run/cloud_run_host.h"
#include "fakes/cloud_run/cloud_run_host_test_support.h"
#include "fakes/cloud_run/testing_clock_test_support.h"

// The edge in front of a program: service_program_for_tests.cc.
namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::json;
using hyperlocal::testing::RawConnection;
using std::chrono::milliseconds;
using std::chrono::seconds;

pid_t PidOf(const CloudRunHost& host) {
  return std::atoi(Ask(host, "/").body.c_str());
}

// Connections in state ESTABLISHED, or a request that the program works on, are seen by the control
// API; here until the program has the request.
bool HasRequest(const CloudRunHost& host) {
  return Becomes([&] {
    const Json instances = Json::parse(Ask(host, "/_hyperlocal/instances").body).at("instances");
    return instances.size() == 1 && instances[0].at("requests") == 1;
  });
}

TEST(CloudRunProgramTest, IsStartedByTheFirstRequestAndUsedAgain) {
  KeptLog log;
  auto options = ProgramOptions();
  options.service = "renderer";
  options.revision = "renderer-00007-abc";
  options.environment["MINE"] = "yes";
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Json::parse(Ask(*host, "/_hyperlocal/instances").body).at("started"), 0);
  const pid_t pid = PidOf(*host);
  EXPECT_GT(pid, 0);
  EXPECT_EQ(PidOf(*host), pid);
  EXPECT_EQ(Ask(*host, "/env?K_SERVICE").body, "renderer");
  EXPECT_EQ(Ask(*host, "/env?K_REVISION").body, "renderer-00007-abc");
  EXPECT_EQ(Ask(*host, "/env?K_CONFIGURATION").body, "renderer");
  EXPECT_EQ(Ask(*host, "/env?MINE").body, "yes");
  const Json instance = Json::parse(Ask(*host, "/_hyperlocal/instances").body).at("instances")[0];
  EXPECT_EQ(Ask(*host, "/env?PORT").body, std::to_string(instance.at("port").get<int>()));
  EXPECT_EQ(instance.at("pid"), pid);
  EXPECT_EQ(log.WaitFor("Starting new instance. Reason: AUTOSCALING").log, "varlog/system");
  EXPECT_NE(log.WaitFor("Default STARTUP TCP probe succeeded after").instance_id, "");
}

TEST(CloudRunProgramTest, TheEnvironmentIsOursOrOnlyWhatIsGiven) {
  ::setenv("HYPERLOCAL_TEST_OURS", "inherited", 1);
  EXPECT_EQ(Ask(*StartHost(ProgramOptions()), "/env?HYPERLOCAL_TEST_OURS").body, "inherited");
  auto options = ProgramOptions();
  options.inherit_environment = false;
  EXPECT_EQ(Ask(*StartHost(std::move(options)), "/env?HYPERLOCAL_TEST_OURS").body, "(none)");
  ::unsetenv("HYPERLOCAL_TEST_OURS");
}

TEST(CloudRunProgramTest, LargeBodiesPassBothWaysAtOnce) {
  const auto host = StartHost(ProgramOptions());
  // More than the sockets between hold: the program answers while it still reads.
  std::string body(20 << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  RawConnection client(host->port());
  std::thread sender([&] { client.Send(RequestFor("/echo", "POST", "", body)); });
  const Answer answer = client.ReadAnswer();
  sender.join();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.whole);
  EXPECT_TRUE(answer.body == body);
}

TEST(CloudRunProgramTest, HeadersOfOneConnectionStayOnIt) {
  const auto host = StartHost(ProgramOptions());
  const Answer answer = Ask(*host, "/head", "GET",
                            "TE: trailers\r\nConnection: TE, X-Mine\r\nX-Mine: 2\r\nX-Own: 1\r\n");
  EXPECT_EQ(answer.Header("X-Own"), "yes");
  EXPECT_EQ(answer.Header("X-Hop"), "");
  EXPECT_EQ(answer.Header("Cache-Control"), "private");  // because of the cookie
  EXPECT_NE(answer.body.find("X-Own: 1\r\n"), std::string::npos);
  EXPECT_EQ(answer.body.find("X-Mine"), std::string::npos);
  EXPECT_EQ(answer.body.find("TE: "), std::string::npos);
}

TEST(CloudRunProgramTest, ABodyInChunksArrivesInChunks) {
  const auto host = StartHost(ProgramOptions());
  RawConnection client(host->port());
  client.Send(RequestFor("/echo", "POST", "Transfer-Encoding: chunked\r\n") +
              "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n");
  const Answer answer = client.ReadAnswer();
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body, "hello, world");
}

TEST(CloudRunProgramTest, AnExitGives503AndANewInstance) {
  KeptLog log;
  auto options = ProgramOptions();
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  const pid_t first = PidOf(*host);
  const Answer answer = Ask(*host, "/exit?3");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "Service Unavailable");
  EXPECT_EQ(log.WaitFor("Container called exit(3).").severity, "WARNING");
  EXPECT_EQ(log.WaitFor("connection to the instance had an error").log, "requests");
  const pid_t second = PidOf(*host);
  EXPECT_GT(second, 0);
  EXPECT_NE(second, first);
}

TEST(CloudRunProgramTest, ASignalGives503AndIsNamed) {
  KeptLog log;
  auto options = ProgramOptions();
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/abort").status, 503);
  EXPECT_EQ(log.WaitFor("Container terminated on signal 6.").severity, "ERROR");
  EXPECT_EQ(Ask(*host, "/").status, 200);
}

TEST(CloudRunProgramTest, AnAnswerThatIsNoneGives503ButTheInstanceStays) {
  const auto host = StartHost(ProgramOptions());
  const pid_t pid = PidOf(*host);
  EXPECT_EQ(Ask(*host, "/garbage").status, 503);
  EXPECT_EQ(PidOf(*host), pid);
}

TEST(CloudRunProgramTest, HalfAnAnswerBreaksTheConnection) {
  KeptLog log;
  auto options = ProgramOptions();
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  const Answer answer = Ask(*host, "/half");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "half");
  EXPECT_FALSE(answer.whole);
  EXPECT_EQ(log.WaitFor("Truncated response body").severity, "ERROR");
  EXPECT_EQ(Ask(*host, "/").status, 200);
}

TEST(CloudRunProgramTest, TooMuchMemoryGives503AndANewInstance) {
  KeptLog log;
  auto options = ProgramOptions();
  options.memory_limit = std::uint64_t{256} << 20;
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  const pid_t first = PidOf(*host);
  EXPECT_EQ(Ask(*host, "/grow?300").status, 503);
  const LogEntry entry = log.WaitFor("Memory limit of 256 MiB exceeded with ");
  EXPECT_EQ(entry.log, "varlog/system");
  EXPECT_EQ(entry.severity, "ERROR");
  EXPECT_NE(log.WaitFor("was found to be using too much memory").log, "");
  EXPECT_NE(PidOf(*host), first);
  EXPECT_FALSE(IsRunning(first));
}

TEST(CloudRunProgramTest, AnAddressSpaceLimitMakesAllocationsFail) {
  KeptLog log;
  auto options = ProgramOptions();
  // What a sanitizer reserves does not fit into any limit.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers reserve more addresses than any limit allows";
#endif
  options.address_space_limit = std::uint64_t{256} << 20;
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/").status, 200);
  EXPECT_EQ(Ask(*host, "/grow?400").status, 503);  // std::bad_alloc, which nobody catches
  EXPECT_NE(log.WaitFor("Container terminated on signal 6.").log, "");
}

TEST(CloudRunProgramTest, AProgramThatEndsAtOnceFailsItsRequest) {
  KeptLog log;
  auto options = ProgramOptions();
  options.environment["FAIL"] = "7";
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/").status, 503);
  EXPECT_NE(log.WaitFor("Container called exit(7).").log, "");
  EXPECT_NE(log.WaitFor("The instance was not started.").log, "");
  EXPECT_NE(log.WaitFor("failed the readiness check").log, "");
  EXPECT_EQ(Json::parse(Ask(*host, "/_hyperlocal/instances").body).at("started"), 1);
}

TEST(CloudRunProgramTest, AProgramThatNeverListensFailsItsProbe) {
  TestingClock clock;
  KeptLog log;
  auto options = ProgramOptions();
  options.environment["MUTE"] = "1";
  options.environment["HYPERLOCAL_TEST_MARK"] = "mute-of-this-test";
  options.startup_probe.timeout = seconds(5);
  options.clock = &clock;
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  RawConnection client(host->port());
  client.Send(RequestFor("/"));
  std::atomic<bool> done = false;
  Answer answer;
  std::thread reader([&] {
    answer = client.ReadAnswer();
    done = true;
  });
  while (!done) {
    clock.Advance(milliseconds(100));
    std::this_thread::sleep_for(milliseconds(1));
  }
  reader.join();
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(
      log.WaitFor("Default STARTUP TCP probe failed").text.find("The instance was not started"),
      std::string::npos);
  EXPECT_TRUE(Becomes([] { return ProcessesWith("MARK=mute-of-this-test").empty(); }));
}

TEST(CloudRunProgramTest, AnHttpProbeWaitsForItsPath) {
  KeptLog log;
  auto options = ProgramOptions();
  options.startup_probe.http_path = "/healthz";
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/").status, 200);
  EXPECT_NE(log.WaitFor("STARTUP HTTP probe succeeded").log, "");
  auto failing = ProgramOptions();
  failing.startup_probe.http_path = "/garbage";
  failing.startup_probe.timeout = milliseconds(300);
  EXPECT_EQ(Ask(*StartHost(std::move(failing)), "/").status, 503);
}

TEST(CloudRunProgramTest, WhatItWritesIsLoggedWithInstanceAndTrace) {
  KeptLog log;
  auto options = ProgramOptions();
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  EXPECT_EQ(Ask(*host, "/log", "GET", "X-Cloud-Trace-Context: " + trace + "/1;o=1\r\n").body,
            "logged");
  const LogEntry text = log.WaitFor("plain text");
  EXPECT_EQ(text.log, "stdout");
  EXPECT_EQ(text.severity, "DEFAULT");
  EXPECT_EQ(text.trace, "projects/local-project/traces/" + trace);
  EXPECT_NE(text.instance_id, "");
  const LogEntry json = log.WaitFor("as JSON");
  EXPECT_EQ(json.severity, "WARNING");
  EXPECT_EQ(json.json, R"({"message":"as JSON","answer":42})");
  EXPECT_EQ(json.trace, text.trace);
  EXPECT_EQ(log.WaitFor("to stderr").log, "stderr");
}

TEST(CloudRunProgramTest, AClientThatGoesIsSeenByTheProgram) {
  KeptLog log;
  auto options = ProgramOptions();
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  RawConnection client(host->port());
  client.Send(RequestFor("/hold"));
  ASSERT_TRUE(HasRequest(*host));
  client.Close();
  EXPECT_EQ(log.WaitFor("the other side has gone").log, "stdout");
}

TEST(CloudRunProgramTest, AKilledInstanceIsReplaced) {
  auto options = ProgramOptions();
  options.fault_plan = R"({"rules":[{"path":"/echo","fault":"kill","times":1}]})";
  const auto host = StartHost(std::move(options));
  const pid_t first = PidOf(*host);
  EXPECT_EQ(Ask(*host, "/echo", "POST", "", "body").status, 503);
  EXPECT_FALSE(IsRunning(first));
  EXPECT_EQ(Ask(*host, "/echo", "POST", "", "body").body, "body");
}

TEST(CloudRunProgramTest, AnIdleInstanceGetsSigtermAndThenSigkill) {
  for (const bool stubborn : {false, true}) {
    TestingClock clock;
    KeptLog log;
    auto options = ProgramOptions();
    if (stubborn) options.environment["STUBBORN"] = "1";
    options.clock = &clock;
    options.log = log.Sink();
    const auto host = StartHost(std::move(options));
    const pid_t pid = PidOf(*host);
    clock.Advance(std::chrono::minutes(15));
    if (stubborn) {
      EXPECT_NE(log.WaitFor("Instance is shut down after it was idle").log, "");
      clock.Advance(seconds(9));
      // Another instance comes and goes, which is seen in a round that looks at this one too.
      EXPECT_EQ(Ask(*host, "/exit?0").status, 503);
      EXPECT_NE(log.WaitFor("Container called exit(0).").log, "");
      EXPECT_TRUE(IsRunning(pid));
      clock.Advance(seconds(2));
    }
    EXPECT_EQ(
        log.WaitFor("Container terminated on signal").text,
        stubborn ? "Container terminated on signal 9." : "Container terminated on signal 15.");
    EXPECT_TRUE(Becomes([&] { return !IsRunning(pid); }));
  }
}

TEST(CloudRunProgramTest, NothingIsLeftAfterStop) {
  auto options = ProgramOptions();
  options.environment["STUBBORN"] = "1";
  options.environment["HYPERLOCAL_TEST_MARK"] = "stop-of-this-test";
  options.max_instances = 2;
  auto host = StartHost(std::move(options));
  const pid_t orphan = std::atoi(Ask(*host, "/spawn").body.c_str());
  ASSERT_TRUE(IsRunning(orphan));
  EXPECT_FALSE(ProcessesWith("MARK=stop-of-this-test").empty());
  RawConnection held(host->port());
  held.Send(RequestFor("/hold"));
  ASSERT_TRUE(HasRequest(*host));
  host->Stop(milliseconds(50));
  EXPECT_FALSE(IsRunning(orphan));
  EXPECT_TRUE(ProcessesWith("MARK=stop-of-this-test").empty());
  // Not even a zombie of ours.
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(CloudRunProgramTest, NothingIsLeftWhenTheHostIsKilled) {
  int output[2];
  ASSERT_EQ(::pipe2(output, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  char* const arguments[] = {const_cast<char*>(HOST_PROGRAM), const_cast<char*>(SERVICE_PROGRAM),
                             nullptr};
  std::vector<char*> environment;
  std::string mark = "HYPERLOCAL_TEST_MARK=kill-of-this-test";
  for (char** entry = ::environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(mark.data());
  environment.push_back(nullptr);
  pid_t host = 0;
  ASSERT_EQ(::posix_spawn(&host, HOST_PROGRAM, &actions, nullptr, arguments, environment.data()),
            0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(output[1]);
  std::string line;
  char c = 0;
  while (::read(output[0], &c, 1) == 1 && c != '\n') line += c;
  ::close(output[0]);
  const int port = std::atoi(line.c_str());
  ASSERT_GT(port, 0);
  const auto ask = [port](std::string_view target) {
    RawConnection connection(port);
    connection.Send(RequestFor(target));
    return std::atoi(connection.ReadAnswer().body.c_str());
  };
  const pid_t orphan = ask("/spawn");
  const pid_t program = ask("/");
  EXPECT_TRUE(IsRunning(orphan));
  EXPECT_TRUE(IsRunning(program));
  ::kill(host, SIGKILL);
  ::waitpid(host, nullptr, 0);
  EXPECT_TRUE(Becomes([&] { return ProcessesWith("MARK=kill-of-this-test").empty(); }));
  EXPECT_TRUE(Becomes([&] { return !IsRunning(orphan) && !IsRunning(program); }));
}

TEST(CloudRunProgramTest, AProgramIsKilledWithItsWarden) {
  const auto host = StartHost(ProgramOptions());
  const pid_t pid = PidOf(*host);
  std::string status;
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  pid_t warden = 0;
  while (std::getline(file, status)) {
    if (status.starts_with("PPid:")) warden = std::atoi(status.c_str() + 5);
  }
  ASSERT_GT(warden, 1);
  ::kill(warden, SIGKILL);
  EXPECT_TRUE(Becomes([&] { return !IsRunning(pid); }));
  EXPECT_TRUE(Becomes([&] { return PidOf(*host) != pid; }));
  EXPECT_EQ(Ask(*host, "/").status, 200);
}

TEST(CloudRunProgramTest, ALargeDeclaredAnswerIs500) {
  KeptLog log;
  auto options = ProgramOptions();
  options.log = log.Sink();
  const auto host = StartHost(std::move(options));
  EXPECT_EQ(Ask(*host, "/large?33554433").status, 500);
  EXPECT_NE(log.WaitFor("Response size was too large").log, "");
}

}  // namespace
}  // namespace hyperlocal::cloud_run
