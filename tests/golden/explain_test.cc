// `golden explain` with ingredients that were really changed: each has to be named, and nothing
// else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/golden_command.h"
#include "cli/recording_console_test_support.h"
#include "engine/composition/asset_cache.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kScript = "https://cdn.test/colour.js";
constexpr const char* kLargeScript = "https://cdn.test/large.js";
constexpr const char* kFont = "https://fonts.test/face.woff2";

class GoldenExplain : public ::testing::Test {
 protected:
  fs::path Fixture() const { return directory_ / "fixtures" / "one"; }

  void PutMeta(int crf) const {
    testing::PutFile(
        Fixture() / "meta.json",
        R"({"name": "one", "guards": "a change", "render": {"fps": 24, "quality": "draft", )"
        R"("crf": )" +
            std::to_string(crf) + R"(}, "thresholds": {"minPsnr": 50}})");
  }
  void PutTestCard() const {
    testing::PutFile(Fixture() / "project/testcard.json",
                     R"({"width": 64, "height": 36, "fps": 24, "frames": 6, "pattern": "noise"})");
  }

  int Run(const std::string& verb, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"golden", verb, "--fixtures",
                                       (directory_ / "fixtures").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (verb == "explain") arguments.emplace_back("--json");
    console_ = std::make_unique<RecordingConsole>();
    auto invocation = ParseCommandLine(arguments);
    EXPECT_TRUE(invocation) << invocation.error().message;
    CommandContext context{.console = *console_,
                           .environment = {},
                           .clock = [] { return std::chrono::steady_clock::time_point{}; },
                           .cancel = {},
                           .first_signal = [] { return 0; },
                           .working_directory = directory_.path()};
    const auto sources = [this](bool, const CancellationToken&) {
      return AssetSources{.cache_directory = directory_ / "cache"};
    };
    return RunGolden(
        std::get<CommandLine>(*invocation), context,
        [&](LocalRenderOptions options, RenderObserver& observer, const CancellationToken& cancel) {
          options.assets = sources(false, cancel);
          return RenderLocally(options, observer, cancel);
        },
        sources);
  }

  // The explanation of the fixture, when `explain` ends with `status`.
  nlohmann::json Explain(int status, std::vector<std::string> more = {}) {
    EXPECT_EQ(Run("explain", std::move(more)), status) << console_->err() << console_->out();
    auto parsed = ParseJson(console_->out(), "the answer");
    if (!parsed || !parsed->contains("fixtures")) {
      ADD_FAILURE() << console_->err() << console_->out();
      return {{"causes", nullptr}, {"message", ""}, {"changes", nullptr}, {"outcome", ""}};
    }
    return (*parsed)["fixtures"][0];
  }

  void ChangeMeta(const std::string& from, const std::string& to) const {
    std::string meta = ReadWholeFile(Fixture() / "meta.json").value();
    const std::size_t at = meta.find(from);
    ASSERT_NE(at, meta.npos) << from;
    meta.replace(at, from.size(), to);
    ASSERT_TRUE(WriteWholeFile(Fixture() / "meta.json", meta));
  }

  testing::TemporaryDirectory directory_{"explain"};
  std::unique_ptr<RecordingConsole> console_;
};

TEST_F(GoldenExplain, AnotherRateOfTheEncoderIsNamed) {
  PutMeta(12);
  PutTestCard();
  ASSERT_EQ(Run("accept"), 0) << console_->err();
  EXPECT_EQ(Explain(0)["outcome"], "same");
  ChangeMeta("\"crf\": 12", "\"crf\": 40");
  EXPECT_EQ(Run("check"), 1);
  EXPECT_THAT(console_->err(), HasSubstr("why: hyperlocal golden explain one"));
  const auto told = Explain(1);
  EXPECT_EQ(told["causes"], nlohmann::json({"encoder"}));
  EXPECT_EQ(told["message"],
            "it was the encoder settings: put back, it is the baseline, byte for byte");
  EXPECT_EQ(told["changes"][0]["what"], nlohmann::json({"crf was 12, is 40"}));
}

TEST_F(GoldenExplain, WhatIsInNoRecordIsSaidPlainly) {
  PutMeta(12);
  PutTestCard();
  EXPECT_THAT(Explain(3)["message"], HasSubstr("there is no baseline"));
  ASSERT_EQ(Run("accept"), 0) << console_->err();
  // A baseline that neither plan nor versions lead to, as other code of ours would have made it.
  testing::PutFile(directory_ / "fixtures/two/project/testcard.json",
                   R"({"width": 64, "height": 36, "fps": 24, "frames": 6, "pattern": "slate"})");
  testing::PutFile(directory_ / "fixtures/two/meta.json", R"({"name": "two", "guards": ""})");
  ASSERT_EQ(Run("accept", {"two"}), 0) << console_->err();
  const std::string before = Sha256HexOfFile(Fixture() / "baseline.mp4").value();
  fs::copy_file(directory_ / "fixtures/two/baseline.mp4", Fixture() / "baseline.mp4",
                fs::copy_options::overwrite_existing);
  ChangeMeta(before, Sha256HexOfFile(Fixture() / "baseline.mp4").value());
  auto told = Explain(3, {"one"});
  EXPECT_EQ(told["outcome"], "unexplained");
  EXPECT_TRUE(told["causes"].empty());
  EXPECT_THAT(
      told["message"].get<std::string>(),
      HasSubstr("nothing that I could put back explains it; Chrome, FFmpeg, fonts and all"));
  ChangeMeta("ffmpeg version ", "ffmpeg version 0.");
  told = Explain(3, {"one"});
  EXPECT_THAT(
      told["message"].get<std::string>(),
      HasSubstr(
          "nothing that I could put back explains it; what remains: FFmpeg was ffmpeg version 0."));
  // Accepted before there were records.
  fs::remove(Fixture() / "record.json");
  told = Explain(3, {"one"});
  EXPECT_THAT(told["message"].get<std::string>(), HasSubstr("without a record"));
}

// A page with a script, a large script and a font from outside.
class GoldenExplainPage : public GoldenExplain {
 protected:
  void PutPage(const std::string& ground) const {
    testing::PutFile(
        Fixture() / "project/index.html",
        std::string("<!doctype html><html><head><meta charset=utf-8><script src=\"") + kScript +
            "\"></script><script src=\"" + kLargeScript +
            "\"></script><style>@font-face{font-family:Face;src:url(" + kFont +
            ")}</style></head><body style=\"margin:0;background:" + ground +
            "\"><div id=root data-composition-id=main data-start=0 data-duration=0.125 "
            "data-width=160 data-height=90 style=\"font:40px Face;color:white\">Raging<div id=box "
            "style=\"width:80px;height:20px\"></div></div><script>box.style.background=colour();"
            "box.style.marginLeft=shift()</script></body></html>");
  }
  void Keep(const std::string& url, const std::string& type, const std::string& body) const {
    ASSERT_TRUE(AssetCache(directory_ / "cache").Keep(url, {type, body}));
  }
  void KeepScript(const std::string& colour) const {
    Keep(kScript, "text/javascript", "function colour(){return '" + colour + "'}");
  }
  static std::string LargeScript(int shift) {
    return "function shift(){return '" + std::to_string(shift) + "px'} //" +
           std::string(120'000, 'x');
  }
  void KeepFont(const std::string& package, const std::string& name) const {
    const fs::path modules = std::getenv("HYPERLOCAL_NODE_MODULES");
    Keep(kFont, "font/woff2",
         ReadWholeFile(modules / "@fontsource" / package / "files" / name).value());
  }
  void KeepFirstFont() const { KeepFont("poppins", "poppins-latin-400-normal.woff2"); }
  void KeepOtherFont() const { KeepFont("space-mono", "space-mono-latin-400-normal.woff2"); }
};

TEST_F(GoldenExplainPage, ScriptFontAndProjectAreToldApart) {
  ASSERT_NE(std::getenv("HYPERLOCAL_NODE_MODULES"), nullptr);
  PutMeta(12);
  PutPage("#204060");
  KeepScript("red");
  KeepFirstFont();
  Keep(kLargeScript, "text/javascript", LargeScript(10));
  ASSERT_EQ(Run("accept"), 0) << console_->err();

  KeepOtherFont();
  auto told = Explain(1);
  EXPECT_EQ(told["causes"], nlohmann::json({"fonts"}));
  EXPECT_THAT(told["changes"][0]["what"][0].get<std::string>(), HasSubstr(kFont));

  // Two at once: neither alone brings the picture back.
  KeepScript("lime");
  told = Explain(1);
  EXPECT_EQ(told["causes"], nlohmann::json({"assets", "fonts"}));
  EXPECT_THAT(told["message"].get<std::string>(),
              HasSubstr("the outside assets and the fonts from outside together: put back"));

  KeepFirstFont();
  KeepScript("red");
  PutPage("#402060");
  EXPECT_EQ(Run("check"), 3);  // an edited project is undecided
  told = Explain(1);
  EXPECT_EQ(told["causes"], nlohmann::json({"project"}));
  EXPECT_EQ(told["changes"][0]["what"], nlohmann::json({"index.html is another"}));

  // What was too large for the record is looked for where one says, by its digest.
  PutPage("#204060");
  Keep(kLargeScript, "text/javascript", LargeScript(60));
  told = Explain(3);
  EXPECT_EQ(told["outcome"], "unexplained");
  EXPECT_EQ(told["changes"][0]["lost"].size(), 1U);
  EXPECT_THAT(told["message"].get<std::string>(),
              HasSubstr("the outside assets differ, but could not be put back"));
  testing::PutFile(directory_ / "old/somewhere/large.js", LargeScript(10));
  told = Explain(1, {"--from", (directory_ / "old").string()});
  EXPECT_EQ(told["causes"], nlohmann::json({"assets"}));
}

}  // namespace
}  // namespace hyperlocal::cli
