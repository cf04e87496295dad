// What is written does not hang on the threads that write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/media/picture_writers_internal.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryDirectory;

// Encodes to a text with its number; the earlier it is, the longer it takes.
class SlowPicture : public SourcePicture {
 public:
  SlowPicture(int number, bool fails) : number_(number), fails_(fails) {}
  Result<Frame> Rgb() const override { return Error{ErrorCode::kInternal, "not asked for"}; }
  Result<std::vector<std::uint8_t>> Jpeg(int) const override {
    std::this_thread::sleep_for(std::chrono::microseconds(number_ % 5 == 0 ? 3000 : 10));
    if (fails_) return Error{ErrorCode::kMedia, "picture " + std::to_string(number_)};
    const std::string text(static_cast<std::size_t>(100 + number_), char('a' + number_ % 26));
    return std::vector<std::uint8_t>(text.begin(), text.end());
  }

 private:
  int number_;
  bool fails_;
};

std::shared_ptr<const SourcePicture> Picture(int number, bool fails = false) {
  return std::make_shared<SlowPicture>(number, fails);
}

TEST(PictureWriters, TheFilesAreThoseOfOneThread) {
  for (const unsigned threads : {1U, 3U, 7U}) {
    const TemporaryDirectory directory("picture-writers");
    PictureWriters writers(directory.path(), {.bytes_limit = 1 << 20, .threads = threads});
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(writers.Write(Picture(i)));
      if (i % 4 == 0) writers.Repeat();
    }
    const auto written = writers.Finish();
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written->frames, 50);
    EXPECT_FALSE(written->too_large);
    // 40 pictures of 100 + i bytes, and 0, 4, 8, ... once more.
    EXPECT_EQ(written->bytes, 40 * 100 + 780 + 10 * 100 + 180);
    EXPECT_EQ(testing::FileContent(directory / "frame_00001.jpg"), std::string(100, 'a'));
    EXPECT_TRUE(fs::equivalent(directory / "frame_00001.jpg", directory / "frame_00002.jpg"));
    EXPECT_EQ(testing::FileContent(directory / "frame_00003.jpg"), std::string(101, 'b'));
    EXPECT_EQ(testing::FileContent(directory / "frame_00050.jpg"), std::string(139, 'n'));
  }
}

TEST(PictureWriters, TheFirstFailureIsTheOneThatIsTold) {
  for (int round = 0; round < 5; ++round) {
    const TemporaryDirectory directory("picture-writers");
    PictureWriters writers(directory.path(), {.bytes_limit = 1 << 20, .threads = 4});
    // Picture 5 takes longer to fail than those behind it.
    for (int i = 0; i < 20; ++i) {
      if (!writers.Write(Picture(i, i >= 5))) break;
    }
    const auto written = writers.Finish();
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, "picture 5");
  }
}

TEST(PictureWriters, TheLimitIsReachedAtTheSameFrameByAnyThreads) {
  for (const unsigned threads : {1U, 6U}) {
    const TemporaryDirectory directory("picture-writers");
    PictureWriters writers(directory.path(), {.bytes_limit = 1200, .threads = threads});
    int taken = 0;
    while (taken < 1000 && writers.Write(Picture(taken))) ++taken;
    EXPECT_LT(taken, 1000);
    const auto written = writers.Finish();
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_TRUE(written->too_large);
    EXPECT_EQ(written->frames, 12);  // 100 + 101 + ... + 111 = 1266
  }
}

TEST(PictureWriters, WhoGivesUpLeavesNoThread) {
  const TemporaryDirectory directory("picture-writers");
  PictureWriters writers(directory.path(), {.bytes_limit = 1 << 20, .threads = 2});
  for (int i = 0; i < 10; ++i) writers.Write(Picture(i));
}

}  // namespace
}  // namespace hyperlocal
