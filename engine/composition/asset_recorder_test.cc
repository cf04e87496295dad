#include "engine/composition/asset_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/composition/page_scripts.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::PutFile;
using testing::TemporaryDirectory;

class AssetRecorderTest : public ::testing::Test {
 protected:
  AssetRecorderTest() {
    PutFile(package_ / "package.json", R"({"version":"1.2.3"})");
    PutFile(package_ / "x.js", "x");
  }
  const TemporaryDirectory project_;
  const std::filesystem::path package_ = project_ / "node_modules/hl-a";
  AssetRecorder recorder_{project_.path()};
};

TEST_F(AssetRecorderTest, AnswersFromAPackageAndKeepsTheAnswer) {
  const std::string url = "https://unpkg.com/hl-a@1.2.3/x.js";
  const OutsideAnswer answer = recorder_.Answer(url);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(answer.body, "x");
  PutFile(package_ / "x.js", "changed");  // a plan has one answer to an address
  EXPECT_EQ(recorder_.Answer(url).body, "x");
  ASSERT_NE(recorder_.recorded().Find(url), nullptr);
  EXPECT_EQ(recorder_.recorded().Find(url)->body, "x");
  EXPECT_TRUE(recorder_.CheckComplete());
  EXPECT_THAT(recorder_.notes(), IsEmpty());
}

TEST_F(AssetRecorderTest, NotesAnotherVersionOnce) {
  const std::string url = "https://unpkg.com/hl-a@1.0.0/x.js";
  EXPECT_EQ(recorder_.Answer(url).status, 200);
  recorder_.Answer(url);
  EXPECT_THAT(recorder_.notes(), ElementsAre(::testing::AllOf(HasSubstr(url), HasSubstr("1.2.3"),
                                                              HasSubstr("1.0.0"))));
}

TEST_F(AssetRecorderTest, AnswersThePageRuntimeWhateverItsVersion) {
  for (const char* url : {"https://cdn.jsdelivr.net/npm/@hyperframes/core@9/dist/"
                          "hyperframe.runtime.iife.js",
                          "https://example.com/hyperframe.runtime.js?v=1"}) {
    EXPECT_EQ(recorder_.Answer(url).body, PageRuntimeScript()) << url;
  }
  EXPECT_TRUE(recorder_.CheckComplete());
}

TEST_F(AssetRecorderTest, ListsEveryAddressThatCouldNotBeHad) {
  for (const char* url : {"https://example.com/b.png", "https://unpkg.com/hl-a@1.2.3/no.js",
                          "https://unpkg.com/hl-a@2/x.js", "https://example.com/b.png"}) {
    EXPECT_EQ(recorder_.Answer(url).status, 404) << url;
  }
  EXPECT_EQ(recorder_.recorded().size(), 0U);
  const auto status = recorder_.CheckComplete();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kAssetUnavailable);
  EXPECT_THAT(status.error().message,
              HasSubstr("\n  https://example.com/b.png\n  https://unpkg.com/hl-a@1.2.3/no.js\n  "
                        "https://unpkg.com/hl-a@2/x.js\n"));
}

TEST_F(AssetRecorderTest, TellsWebFontsThatCouldNotBeHadByTheirCode) {
  recorder_.Answer("https://fonts.googleapis.com/css2?family=Inter");
  auto status = recorder_.CheckComplete();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kFontFetchFailed);
  EXPECT_THAT(status.error().message, HasSubstr("family=Inter"));
  recorder_.Answer("https://example.com/b.png");
  status = recorder_.CheckComplete();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kAssetUnavailable);
}

TEST_F(AssetRecorderTest, LeadsAPageToNoOtherFile) {
  const OutsideAnswer answer = recorder_.Answer("https://unpkg.com/hl-a@1//etc/passwd");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, Not(HasSubstr("root")));
}

}  // namespace
}  // namespace hyperlocal
