#include "engine/composition/asset_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/composition/page_scripts.h"
#include "engine/hash/sha256.h"
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
  recorder_.Answer("https://fonts.googleapis.com/css2?family=Hl+Unknown");
  auto status = recorder_.CheckComplete();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kFontFetchFailed);
  EXPECT_THAT(status.error().message, HasSubstr("family=Hl+Unknown"));
  recorder_.Answer("https://example.com/b.png");
  status = recorder_.CheckComplete();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kAssetUnavailable);
}

TEST_F(AssetRecorderTest, TakesTheProjectBeforeTheCacheBeforePackagesBeforeTheNetwork) {
  const std::string url = "https://unpkg.com/hl-a@1.2.3/x.js";
  AssetSources sources;
  sources.cache_directory = project_ / "cache";
  int fetched = 0;
  sources.fetch = [&fetched](const std::string&) -> Result<RecordedAsset> {
    ++fetched;
    return RecordedAsset{"text/javascript", "network"};
  };
  const auto answer = [&] { return AssetRecorder(project_.path(), sources).Answer(url).body; };
  std::filesystem::rename(package_, project_ / "elsewhere");
  EXPECT_EQ(answer(), "network");
  EXPECT_EQ(answer(), "network");
  EXPECT_EQ(fetched, 1);  // it was kept
  std::filesystem::rename(project_ / "elsewhere", package_);
  EXPECT_EQ(answer(), "network");
  std::filesystem::remove_all(project_ / "cache");
  EXPECT_EQ(answer(), "x");
  ASSERT_TRUE(AssetCache(project_ / kProjectAssets).Keep(url, {"text/javascript", "own"}));
  EXPECT_EQ(answer(), "own");
  EXPECT_EQ(fetched, 1);
}

TEST_F(AssetRecorderTest, TakesOnlyTheContentThatTheLockNames) {
  const std::string url = "https://unpkg.com/hl-a@1.2.3/x.js";
  AssetLock lock;
  lock.assets[url] = {Sha256Hex("network"), "text/javascript", 7};
  ASSERT_TRUE(lock.Save(project_.path()));
  AssetRecorder offline(project_.path());
  EXPECT_EQ(offline.Answer(url).status, 404);
  const auto status = offline.CheckComplete();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message,
              ::testing::AllOf(HasSubstr(url + ": " + AssetLock::kFile),
                               HasSubstr("hl-a 1.2.3 has " + Sha256Hex("x").substr(0, 12))));
  AssetSources sources;
  sources.fetch = [](const std::string&) -> Result<RecordedAsset> {
    return RecordedAsset{"text/javascript", "network"};
  };
  EXPECT_EQ(AssetRecorder(project_.path(), sources).Answer(url).body, "network");
  sources = {};
  sources.locked = false;
  EXPECT_EQ(AssetRecorder(project_.path(), sources).Answer(url).body, "x");
  PutFile(project_ / AssetLock::kFile, "{");
  EXPECT_EQ(AssetRecorder(project_.path()).CheckComplete().error().code, ErrorCode::kInvalidJson);
}

TEST_F(AssetRecorderTest, HandsOnAModuleFromWhereItsImportsLeadOn) {
  PutFile(package_ / "package.json", R"({"version":"1.2.3","module":"esm/index.js"})");
  PutFile(package_ / "esm/index.js", "export { x as default } from './x.js'");
  const std::string at = "https://cdn.jsdelivr.net/npm/hl-a@1.2.3/esm/index.js";
  for (const char* url : {"https://esm.sh/hl-a@1", "https://cdn.jsdelivr.net/npm/hl-a@1/+esm"}) {
    const std::string module = recorder_.Answer(url).body;
    EXPECT_THAT(module, HasSubstr("export * from \"" + at + "\";")) << url;
    EXPECT_THAT(module, HasSubstr("export { default } from \"" + at + "\";")) << url;
  }
  EXPECT_THAT(recorder_.Answer(at).body, HasSubstr("./x.js"));
}

TEST_F(AssetRecorderTest, JoinsFilesThatOneAddressNames) {
  PutFile(package_ / "y.js", "y");
  EXPECT_EQ(
      recorder_.Answer("https://cdn.jsdelivr.net/combine/npm/hl-a@1/x.js,npm/hl-a@1/y.js").body,
      "x\ny");
  EXPECT_EQ(
      recorder_.Answer("https://cdn.jsdelivr.net/combine/npm/hl-a@1/x.js,npm/hl-a@1/z.js").status,
      404);
}

TEST_F(AssetRecorderTest, AnswersAFontFileWithAWarning) {
  const auto font = project_ / "node_modules/@fontsource/hl-font";
  PutFile(font / "package.json", R"({"version":"5.0.0"})");
  PutFile(font / "files/hl-font-latin-400-normal.woff2", "font");
  EXPECT_EQ(recorder_.Answer("https://fonts.gstatic.com/s/hl-font/v2/abc.woff2").body, "font");
  EXPECT_THAT(recorder_.notes(), ElementsAre(HasSubstr("upright Latin letters")));
}

TEST_F(AssetRecorderTest, TellsOfEveryAddressOnce) {
  std::vector<std::string> told;
  AssetSources sources;
  sources.on_answer = [&told](const AssetAnswer& answer) {
    told.push_back(std::string(NameOf(answer.origin)) + " " + answer.url + " " + answer.detail);
  };
  AssetRecorder recorder(project_.path(), sources);
  for (int i = 0; i < 2; ++i) {
    recorder.Answer("https://unpkg.com/hl-a@1.2.3/x.js");
    recorder.Answer("https://example.com/no");
  }
  EXPECT_THAT(told, ElementsAre("package https://unpkg.com/hl-a@1.2.3/x.js hl-a 1.2.3",
                                "missing https://example.com/no "));
}

TEST_F(AssetRecorderTest, LeadsAPageToNoOtherFile) {
  const OutsideAnswer answer = recorder_.Answer("https://unpkg.com/hl-a@1//etc/passwd");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, Not(HasSubstr("root")));
}

}  // namespace
}  // namespace hyperlocal
