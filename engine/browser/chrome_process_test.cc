#include "engine/browser/chrome_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

// A shell script stands for Chrome: what is tested is how a process is started and ended.
namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using testing::FileContent;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PutFile;
using testing::TemporaryDirectory;
using namespace std::chrono_literals;

// Waits for what another process does; a limit only so that a failure ends.
bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 10'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

pid_t NumberIn(const fs::path& file) {
  const std::string text = FileContent(file);
  pid_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return text.ends_with('\n') ? number : 0;
}

// A killed process whose parent has not looked yet still has its number, in state Z.
bool Runs(pid_t pid) {
  const std::string stat = FileContent("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.substr(name_end, 3) != ") Z" &&
         stat.substr(name_end, 3) != ") X";
}

class ChromeProcessTest : public ::testing::Test {
 protected:
  void PutScript(const std::string& body) {
    PutFile(directory_ / "chrome", "#!/bin/sh\nOUT=" + directory_.path().string() + "\n" + body);
    fs::permissions(directory_ / "chrome", fs::perms::owner_all);
  }
  // Starts a script; $OUT is a directory for what it has to tell.
  Result<std::unique_ptr<ChromeProcess>> StartScript(const std::string& body,
                                                     std::vector<std::string> arguments = {}) {
    PutScript(body);
    return ChromeProcess::Start(directory_ / "chrome", arguments);
  }
  bool Told(const std::string& name) const {
    return Eventually([&] { return FileContent(directory_ / name).ends_with('\n'); });
  }

  const TemporaryDirectory directory_;
};

TEST_F(ChromeProcessTest, GetsAProfileAndTheArgumentsInOrder) {
  auto process = StartScript("for a; do echo \"$a\"; done > $OUT/a; echo >> $OUT/a; exec sleep 99",
                             {"--one", "--two words"});
  ASSERT_TRUE(process);
  ASSERT_TRUE(Eventually([&] { return FileContent(directory_ / "a").ends_with("\n\n"); }));
  const std::string arguments = FileContent(directory_ / "a");
  EXPECT_TRUE(arguments.starts_with("--user-data-dir=")) << arguments;
  EXPECT_THAT(arguments, HasSubstr("\n--one\n--two words\n"));
  const fs::path profile = arguments.substr(16, arguments.find('\n') - 16);
  EXPECT_TRUE(fs::is_directory(profile)) << profile;
  PutFile(profile / "Default/Preferences", "x");
  process->reset();
  EXPECT_FALSE(fs::exists(profile));
}

TEST_F(ChromeProcessTest, SpeaksOverThePipesAndTheLog) {
  auto process = StartScript("read line <&3; echo \"got $line\" >&4; echo oops >&2; exec sleep 99");
  ASSERT_TRUE(process);
  ASSERT_EQ(::write((*process)->command_fd(), "hello\n", 6), 6);
  const auto read_all = [](int fd, std::string_view wanted) {
    std::string text;
    char buffer[64];
    Eventually([&] {
      const ssize_t got = ::read(fd, buffer, sizeof buffer);
      if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
      return text.size() >= wanted.size();
    });
    return text;
  };
  EXPECT_EQ(read_all((*process)->answer_fd(), "got hello\n"), "got hello\n");
  EXPECT_EQ(read_all((*process)->log_fd(), "oops\n"), "oops\n");
}

TEST_F(ChromeProcessTest, RunsInUtcWithNothingOfOursOpen) {
  // Not close-on-exec, as libraries open things; far from what the shell itself opens.
  const int null_fd = ::open("/dev/null", O_RDONLY);
  const int leak = ::fcntl(null_fd, F_DUPFD, 50);
  ::close(null_fd);
  ASSERT_GE(leak, 0);
  ::setenv("TZ", "Asia/Tokyo", 1);
  auto process = StartScript(
      "{ echo TZ=$TZ; for fd in /proc/$$/fd/*; do echo fd${fd##*/}; done; } > $OUT/a; echo > "
      "$OUT/done; exec sleep 99");
  ::unsetenv("TZ");
  ASSERT_TRUE(process);
  ASSERT_TRUE(Told("done"));
  ::close(leak);
  const std::string told = FileContent(directory_ / "a");
  EXPECT_THAT(told, HasSubstr("TZ=UTC\n"));
  EXPECT_THAT(told, HasSubstr("fd3\nfd4\n"));
  EXPECT_THAT(told, Not(HasSubstr("fd" + std::to_string(leak) + "\n")));
}

TEST_F(ChromeProcessTest, TheWholeGroupEndsWithTheObject) {
  auto process = StartScript("sleep 99 & echo $! > $OUT/child; exec sleep 99");
  ASSERT_TRUE(process);
  ASSERT_TRUE(Told("child"));
  const pid_t child = NumberIn(directory_ / "child");
  const pid_t leader = (*process)->pid();
  ASSERT_TRUE(Runs(child) && Runs(leader));
  process->reset();
  EXPECT_FALSE(Runs(leader));
  EXPECT_TRUE(Eventually([&] { return !Runs(child); }));
}

TEST_F(ChromeProcessTest, ChildrenThatOutliveTheirLeaderEndToo) {
  auto process = StartScript("sleep 99 & echo $! > $OUT/child; exit 3");
  ASSERT_TRUE(process);
  ASSERT_TRUE(Told("child"));
  ASSERT_TRUE(Eventually([&] { return !(*process)->ExitDescription().empty(); }));
  const pid_t child = NumberIn(directory_ / "child");
  ASSERT_TRUE(Runs(child));
  process->reset();
  EXPECT_TRUE(Eventually([&] { return !Runs(child); }));
}

// What the next test runs in a process of its own.
TEST(ChromeProcess, DISABLED_StartsOneAndWaits) {
  const char* const binary = std::getenv("HYPERLOCAL_TEST_CHROME");
  if (binary == nullptr) GTEST_SKIP() << "only for EndsWhenWeAreKilled";
  const auto process = ChromeProcess::Start(binary, {});
  for (;;) ::pause();
}

TEST_F(ChromeProcessTest, EndsWhenWeAreKilled) {
  PutScript("echo $$ > $OUT/pid; exec sleep 99");
  ::setenv("HYPERLOCAL_TEST_CHROME", (directory_ / "chrome").c_str(), 1);
  const pid_t us = ::fork();
  if (us == 0) {
    ::execl("/proc/self/exe", "us", "--gtest_also_run_disabled_tests",
            "--gtest_filter=*DISABLED_StartsOneAndWaits", nullptr);
    ::_exit(127);
  }
  ::unsetenv("HYPERLOCAL_TEST_CHROME");
  ASSERT_GT(us, 0);
  const bool told = Told("pid");
  const pid_t chrome = NumberIn(directory_ / "pid");
  EXPECT_TRUE(told && Runs(chrome));
  ::kill(us, SIGKILL);
  ::waitpid(us, nullptr, 0);
  EXPECT_TRUE(Eventually([&] { return !Runs(chrome); }));
  // Its profile is removed by whoever makes the next one.
  const std::string orphan = "hyperlocal-chrome-" + std::to_string(us) + "-";
  const auto orphans = [&] {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
      if (entry.path().filename().string().starts_with(orphan)) ++count;
    }
    return count;
  };
  EXPECT_EQ(orphans(), 1);
  ASSERT_TRUE(StartScript("exec sleep 99"));
  EXPECT_EQ(orphans(), 0);
}

TEST_F(ChromeProcessTest, OutlivesTheThreadThatStartedIt) {
  Result<std::unique_ptr<ChromeProcess>> process = Error{};
  std::thread([&] { process = StartScript("echo > $OUT/a; read x <&3; echo > $OUT/b"); }).join();
  ASSERT_TRUE(process);
  ASSERT_TRUE(Told("a"));
  EXPECT_EQ((*process)->ExitDescription(), "");
  ASSERT_EQ(::write((*process)->command_fd(), "\n", 1), 1);
  EXPECT_TRUE(Told("b"));
}

TEST_F(ChromeProcessTest, TellsHowItEnded) {
  struct Case {
    const char* script;
    const char* description;
  };
  for (const Case& row :
       {Case{"exit 0", "exited with status 0"}, Case{"exit 7", "exited with status 7"},
        Case{"kill -9 $$", "killed by signal 9"}, Case{"kill -SEGV $$", "killed by signal 11"}}) {
    auto process = StartScript(row.script);
    ASSERT_TRUE(process);
    std::string how;
    Eventually([&] { return !(how = (*process)->ExitDescription()).empty(); });
    EXPECT_EQ(how, row.description);
    EXPECT_EQ((*process)->ExitDescription(), row.description);  // and again
  }
}

TEST_F(ChromeProcessTest, TellsThatItCouldNotBeExecuted) {
  auto process = ChromeProcess::Start(directory_ / "gone", {});
  ASSERT_TRUE(process);
  std::string how;
  Eventually([&] { return !(how = (*process)->ExitDescription()).empty(); });
  EXPECT_EQ(how, "could not be executed");
}

TEST_F(ChromeProcessTest, NamesADirectoryForProfilesThatIsNotThere) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", (directory_ / "gone").c_str(), 1);
  const auto process = ChromeProcess::Start("/bin/true", {});
  if (before == nullptr) {
    ::unsetenv("TMPDIR");
  } else {
    ::setenv("TMPDIR", kept.c_str(), 1);
  }
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(process.error().message, HasSubstr("TMPDIR"));
}

}  // namespace
}  // namespace hyperlocal
