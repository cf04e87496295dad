#include "fakes/gcs/store/background_close_internal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace hyperlocal::gcs {
namespace {

constexpr off_t kLarge = off_t{8} << 20;

class BackgroundCloseTest : public ::testing::Test {
 protected:
  // Sparse: only the size is looked at.
  FileDescriptor Make(const char* name, off_t size) {
    FileDescriptor file(::open((directory_ / name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    EXPECT_TRUE(file.valid());
    EXPECT_EQ(::ftruncate(file.get(), size), 0);
    return file;
  }
  static bool IsOpen(int number) { return ::fcntl(number, F_GETFD) != -1; }

  hyperlocal::testing::TemporaryDirectory directory_;
};

TEST_F(BackgroundCloseTest, ClosesEverythingBeforeItEnds) {
  std::vector<int> numbers;
  {
    BackgroundClose closing;
    for (int i = 0; i < 200; ++i) {  // more than may wait
      FileDescriptor file = Make("gone", kLarge);
      ASSERT_EQ(::unlink((directory_ / "gone").c_str()), 0);
      numbers.push_back(file.get());
      closing.Close(std::move(file));
    }
  }
  for (const int number : numbers) EXPECT_FALSE(IsOpen(number));
}

TEST_F(BackgroundCloseTest, WhatIsQuickIsClosedAtOnce) {
  BackgroundClose closing;
  FileDescriptor named = Make("named", kLarge);
  FileDescriptor small = Make("small", 1000);
  ASSERT_EQ(::unlink((directory_ / "small").c_str()), 0);
  const int numbers[] = {named.get(), small.get()};
  closing.Close(std::move(named));
  closing.Close(std::move(small));
  closing.Close(FileDescriptor(-1));
  for (const int number : numbers) EXPECT_FALSE(IsOpen(number));
}

}  // namespace
}  // namespace hyperlocal::gcs
