#include "engine/browser/chrome_locator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

constexpr const char* kFirst = "PRODUCER_HEADLESS_SHELL_PATH";
constexpr const char* kSecond = "HYPERFRAMES_CHROME_PATH";

// The two variables as each test sets them; those of the caller come back afterwards.
class FindChromeTest : public ::testing::Test {
 protected:
  FindChromeTest() {
    for (const char* name : {kFirst, kSecond}) {
      const char* value = std::getenv(name);
      before_.emplace_back(value == nullptr ? std::nullopt : std::optional<std::string>(value));
      ::unsetenv(name);
    }
  }
  ~FindChromeTest() override {
    for (std::size_t i = 0; i < 2; ++i) {
      const char* name = i == 0 ? kFirst : kSecond;
      if (before_[i]) {
        ::setenv(name, before_[i]->c_str(), 1);
      } else {
        ::unsetenv(name);
      }
    }
  }

  fs::path Executable(const std::string& name, const std::string& content =
                                                   "\x7f"
                                                   "ELF") {
    const fs::path file = directory_ / name;
    PutFile(file, content);
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }

  const TemporaryDirectory directory_{"find chrome"};  // with a space in it no word is a path
  const TemporaryDirectory plain_;
  std::vector<std::optional<std::string>> before_;
};

TEST_F(FindChromeTest, TakesTheFirstVariableBeforeTheSecond) {
  ::setenv(kFirst, Executable("one").c_str(), 1);
  ::setenv(kSecond, Executable("two").c_str(), 1);
  EXPECT_EQ(*FindChrome(), directory_ / "one");
  ::setenv(kFirst, "", 1);  // as good as unset
  EXPECT_EQ(*FindChrome(), directory_ / "two");
}

TEST_F(FindChromeTest, DoesNotSkipAVariableThatNamesNoExecutable) {
  PutFile(directory_ / "text", "x");
  ::setenv(kSecond, Executable("two").c_str(), 1);
  for (const fs::path& wrong : {directory_ / "gone", directory_ / "text", directory_.path()}) {
    ::setenv(kFirst, wrong.c_str(), 1);
    const auto found = FindChrome();
    ASSERT_FALSE(found) << wrong;
    EXPECT_EQ(found.error().code, ErrorCode::kChromeUnavailable);
    EXPECT_THAT(found.error().message, HasSubstr(kFirst));
    EXPECT_THAT(found.error().message, HasSubstr(wrong.string()));
  }
}

TEST_F(FindChromeTest, LooksBehindAWrapperScript) {
  const fs::path binary = plain_ / "chromium-headless-shell";
  PutFile(binary, "binary");
  fs::permissions(binary, fs::perms::owner_all);
  const std::string path = binary.string();
  for (const std::string& line :
       {path + " \"$@\"", "exec " + path + " \"$@\"", "exec \"" + path + "\" --x \"$@\"",
        "CHROME=" + path, "/usr/bin/env " + path, "  exec -a name " + path + ";"}) {
    const fs::path script =
        Executable("wrapper", "#!/bin/sh -e\n# see /opt/chromium/headless_shell\n\n" + line + "\n");
    ::setenv(kFirst, script.c_str(), 1);
    EXPECT_EQ(*FindChrome(), binary) << line;
  }
}

TEST_F(FindChromeTest, KeepsAScriptThatNamesNoChrome) {
  for (const char* line : {"/bin/true", "exec \"$CHROME\" \"$@\"", "/gone/chromium \"$@\"",
                           "# /usr/bin/true", "cd / && ./chrome"}) {
    const fs::path script = Executable("wrapper", std::string("#!/bin/sh\n") + line + "\n");
    ::setenv(kFirst, script.c_str(), 1);
    EXPECT_EQ(*FindChrome(), script) << line;
  }
}

TEST_F(FindChromeTest, FindsAnInstalledChromeOrNamesEveryPlace) {
  const auto found = FindChrome();
  if (found) {
    EXPECT_TRUE(fs::is_regular_file(*found));
    return;
  }
  EXPECT_EQ(found.error().code, ErrorCode::kChromeUnavailable);
  for (const char* word : {kFirst, kSecond, "/usr/lib/chromium/chromium-headless-shell",
                           "/usr/bin/chrome-headless-shell", "apt-get install"}) {
    EXPECT_THAT(found.error().message, HasSubstr(word));
  }
}

}  // namespace
}  // namespace hyperlocal
