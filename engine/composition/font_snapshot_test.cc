#include "engine/composition/font_snapshot.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using testing::PutFile;
using testing::TemporaryDirectory;

TEST(FontSnapshotSha, ChangesWithTheNamesAndSizesOfTheFonts) {
  const TemporaryDirectory fonts;
  const auto sha = [&] { return FontSnapshotSha({}, {fonts / "gone", fonts.path()}); };
  const std::string none = sha();
  EXPECT_EQ(none.size(), 64U);
  PutFile(fonts / "b.ttf", "1234");
  PutFile(fonts / "a/a.ttf", "12");
  const std::string two = sha();
  EXPECT_NE(two, none);
  PutFile(fonts / "b.ttf", "4321");  // sizes stand for contents
  EXPECT_EQ(sha(), two);
  PutFile(fonts / "b.ttf", "12345");
  EXPECT_NE(sha(), two);
  PutFile(fonts / "b.ttf", "1234");
  fs::rename(fonts / "a", fonts / "c");
  EXPECT_NE(sha(), two);
}

TEST(FontSnapshotSha, TellsANameFromTheSizeBehindIt) {
  const TemporaryDirectory one, two;
  PutFile(one / "a1", "");
  PutFile(two / "a", std::string(10, 'x'));
  EXPECT_NE(FontSnapshotSha({}, {one.path()}), FontSnapshotSha({}, {two.path()}));
}

TEST(FontSnapshotSha, ChangesWithTheFontPackages) {
  EXPECT_NE(FontSnapshotSha({"@fontsource/a@1.0.0"}, {}), FontSnapshotSha({}, {}));
  EXPECT_NE(FontSnapshotSha({"@fontsource/a@1.0.0"}, {}),
            FontSnapshotSha({"@fontsource/a@1.0.1"}, {}));
}

TEST(FontSnapshotSha, IsTheSameTwiceOnOneMachine) {
  EXPECT_EQ(FontSnapshotSha(), FontSnapshotSha());
}

}  // namespace
}  // namespace hyperlocal
