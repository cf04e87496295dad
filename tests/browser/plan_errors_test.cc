// What planning refuses, and how it says so: the message is what the author of a page has to go by.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/browser/browser_slot.h"
#include "engine/config/render_config.h"
#include "engine/plan_project.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Also on a busy machine: what is awaited then is not the load event.
constexpr std::chrono::milliseconds kLongEnoughToLoad{3'000};

class PlanErrorsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { slot_ = new BrowserSlot(CancellationToken()); }
  static void TearDownTestSuite() {
    delete slot_;
    slot_ = nullptr;
  }

  void Put(const std::string& file, const std::string& text) {
    testing::PutFile(project_ / file, text);
  }
  // A composition that renders, with `inside` in its root element.
  void PutComposition(const std::string& inside, const std::string& attributes =
                                                     "data-duration=\"1\" data-width=\"320\" "
                                                     "data-height=\"180\"") {
    Put("index.html",
        "<!doctype html>\n<html lang=\"en\"><head><title>t</title></head><body>\n<div "
        "data-composition-id=\"main\" data-start=\"0\" " +
            attributes + ">" + inside + "</div></body></html>\n");
  }

  Result<PlanDirectory> Plan(BrowserSlot& slot = *slot_) {
    PlanRequest request;
    request.project = project_;
    request.plan_directory = directory_ / "plan";
    request.ready_timeout = ready_timeout_;
    request.config_for = [this](const CompositionFacts& facts) -> Result<RenderConfig> {
      RenderConfig config;
      config.width = width_ != 0 ? width_ : facts.width;
      config.height = height_ != 0 ? height_ : facts.height;
      config.strict = strict_;
      return ValidateRenderConfig(RenderConfigToJson(config));  // as every caller does
    };
    request.on_message = [this](std::string_view line) { said_.emplace_back(line); };
    return PlanProject(request, slot);
  }

  void ExpectRefused(ErrorCode code, const ::testing::Matcher<const std::string&>& message) {
    const auto plan = Plan();
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, code) << plan.error().message;
    EXPECT_THAT(plan.error().message, message);
    EXPECT_FALSE(fs::exists(directory_ / "plan/plan.json"));
  }

  static BrowserSlot* slot_;
  testing::TemporaryDirectory directory_{"plan-errors"};
  fs::path project_ = directory_ / "project";
  std::chrono::milliseconds ready_timeout_{10'000};
  int width_ = 0, height_ = 0;
  bool strict_ = false;
  std::vector<std::string> said_;
};

BrowserSlot* PlanErrorsTest::slot_ = nullptr;

TEST_F(PlanErrorsTest, ACompositionIsPlanned) {  // or the refusals below say nothing
  PutComposition("<p>hello</p>");
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->total_frames, 30);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(PlanErrorsTest, AProjectThatIsNotThere) {
  ExpectRefused(ErrorCode::kNoInput, HasSubstr(project_.string()));
}

TEST_F(PlanErrorsTest, AProjectWithoutItsEntryFile) {
  Put("other.html", "<p>");
  ExpectRefused(ErrorCode::kNoInput, HasSubstr("index.html"));
}

TEST_F(PlanErrorsTest, APageWithoutAComposition) {
  Put("index.html", "<!doctype html><p>just a page</p>");
  ExpectRefused(ErrorCode::kInvalidComposition,
                AllOf(HasSubstr("index.html"), HasSubstr("data-composition-id")));
}

TEST_F(PlanErrorsTest, APartOfAnotherPage) {
  Put("index.html", "<!doctype html><template><div data-composition-id='part'></div></template>");
  ExpectRefused(ErrorCode::kInvalidComposition,
                AllOf(HasSubstr("index.html"), HasSubstr("data-composition-src")));
}

TEST_F(PlanErrorsTest, ADurationOfZero) {
  PutComposition("", "data-duration=\"0\" data-width=\"320\" data-height=\"180\"");
  ExpectRefused(ErrorCode::kInvalidComposition,
                AllOf(HasSubstr("duration"), HasSubstr("data-duration")));
}

TEST_F(PlanErrorsTest, NoDurationAtAll) {
  PutComposition("<p>still</p>", "data-width=\"320\" data-height=\"180\"");
  ExpectRefused(ErrorCode::kInvalidComposition,
                AllOf(HasSubstr("duration"), HasSubstr("window.__timelines")));
}

TEST_F(PlanErrorsTest, AScriptThatThrowsIsNamedByFileAndLine) {
  PutComposition("<script src=\"js/broken.js\"></script>");
  Put("js/broken.js", "// first line\nconst a = 1;\n  undefinedFunction(a);\n");
  ExpectRefused(
      ErrorCode::kInvalidComposition,
      AllOf(HasSubstr("js/broken.js:3:3"), HasSubstr("undefinedFunction is not defined")));
}

TEST_F(PlanErrorsTest, AScriptThatIsNoJavaScriptIsNamedByFileAndLine) {
  PutComposition("\n<script>\nconst = 3;\n</script>");
  ExpectRefused(ErrorCode::kInvalidComposition,
                AllOf(HasSubstr("index.html:5"), HasSubstr("SyntaxError")));
}

TEST_F(PlanErrorsTest, ASeekThatThrowsIsNamedByFileAndLine) {
  Put("index.html",
      "<!doctype html>\n<body data-width=\"320\" data-height=\"180\"><script>\nwindow.__hf = "
      "{duration: 1, seek: () => {\n  nothing.there();\n}};\n</script>");
  ExpectRefused(
      ErrorCode::kInvalidComposition,
      AllOf(HasSubstr("frame 0"), HasSubstr("index.html:4"), HasSubstr("nothing is not defined")));
}

TEST_F(PlanErrorsTest, APageThatNeverBecomesReadyIsToldWhatItWaitsFor) {
  PutComposition("<script>window.__hfTimelinesBuilding = true;</script>");
  ready_timeout_ = kLongEnoughToLoad;
  ExpectRefused(ErrorCode::kPageNotReady, HasSubstr("window.__renderReady"));
}

TEST_F(PlanErrorsTest, AnEndlessLoopWhileThePageLoads) {
  PutComposition("<script>for (;;);</script>");
  ready_timeout_ = std::chrono::milliseconds{700};
  ExpectRefused(ErrorCode::kPageNotReady, HasSubstr("load event"));
  slot_->Discard();  // as the owner of a browser that hangs does
}

TEST_F(PlanErrorsTest, ALottieAnimationThatNeverLoads) {
  PutComposition(
      "<script>window.__hfLottie = [{isLoaded: false, totalFrames: 0, goToAndStop() {}, pause() "
      "{}}];</script>");
  ready_timeout_ = kLongEnoughToLoad;
  ExpectRefused(ErrorCode::kPageNotReady, HasSubstr("1 Lottie animation(s)"));
}

TEST_F(PlanErrorsTest, ANestedCompositionThatIsNotThere) {
  PutComposition(
      "<div data-composition-id=\"part\" data-composition-src=\"parts/intro.html\" "
      "data-start=\"0\" data-duration=\"1\"></div>");
  ExpectRefused(ErrorCode::kInvalidComposition, HasSubstr("parts/intro.html"));
}

TEST_F(PlanErrorsTest, ALinkThatThePageAsksFor) {
  testing::PutFile(directory_ / "elsewhere/logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  PutComposition("<img src=\"art/logo.svg\" alt=\"\">");
  fs::create_directory_symlink(directory_ / "elsewhere", project_ / "art");
  ExpectRefused(ErrorCode::kInvalidComposition,
                AllOf(HasSubstr("art/logo.svg"), HasSubstr("link")));
}

TEST_F(PlanErrorsTest, EveryAddressThatCannotBeHadIsListed) {
  PutComposition(
      "<img src=\"https://pictures.example/a.png\" alt=\"\">"
      "<script src=\"https://scripts.example/b.js\"></script>"
      "<link rel=\"stylesheet\" href=\"https://styles.example/c.css\">"
      "<script src=\"https://cdn.jsdelivr.net/npm/no-such-package-here@1.0.0/d.js\"></script>");
  ExpectRefused(
      ErrorCode::kAssetUnavailable,
      AllOf(HasSubstr("https://pictures.example/a.png"), HasSubstr("https://scripts.example/b.js"),
            HasSubstr("https://styles.example/c.css"), HasSubstr("no-such-package-here@1.0.0/d.js"),
            HasSubstr("npm install")));
}

TEST_F(PlanErrorsTest, AnAddressFirstAskedForAtTheStartOfAClip) {
  PutComposition(
      "<div class=\"clip\" data-start=\"0.5\" data-duration=\"0.5\" style=\"width:10px;height:10px;"
      "background:url(https://pictures.example/late.png)\"></div>");
  ExpectRefused(ErrorCode::kAssetUnavailable, HasSubstr("https://pictures.example/late.png"));
}

TEST_F(PlanErrorsTest, ASizeOfAnotherShape) {
  PutComposition("<p>hello</p>");
  width_ = 640;
  height_ = 480;
  ExpectRefused(ErrorCode::kInvalidConfig,
                AllOf(HasSubstr("config.height"), HasSubstr("640x480"), HasSubstr("320x180")));
}

TEST_F(PlanErrorsTest, AnOddSizeOfTheComposition) {
  PutComposition("<p>hello</p>", "data-duration=\"1\" data-width=\"321\" data-height=\"181\"");
  ExpectRefused(ErrorCode::kInvalidConfig, AllOf(HasSubstr("config.width"), HasSubstr("even")));
}

TEST_F(PlanErrorsTest, NoSize) {
  PutComposition("", "data-duration=\"1\" style=\"width:0;height:0\"");
  ExpectRefused(ErrorCode::kInvalidComposition,
                AllOf(HasSubstr("data-width"), HasSubstr("data-height")));
}

TEST_F(PlanErrorsTest, AMissingImageOfTheProjectIsOnlySaid) {
  PutComposition("<img src=\"pictures/gone.png\" alt=\"\">");
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(said_, Contains(HasSubstr("pictures/gone.png")));
}

TEST_F(PlanErrorsTest, ARejectedPromiseIsOnlySaid) {
  PutComposition("<script>\nPromise.reject(new Error('not so bad'));\n</script>");
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(said_, ElementsAre(HasSubstr("not so bad")));
}

TEST_F(PlanErrorsTest, AVideoThatIsNotThere) {
  PutComposition("<video id=\"clip\" src=\"films/gone.mp4\" data-start=\"0\"></video>");
  ExpectRefused(ErrorCode::kVideoSourceUnrenderable,
                AllOf(HasSubstr("<video id=\"clip\">"), HasSubstr("films/gone.mp4")));
}

TEST_F(PlanErrorsTest, ASoundThatIsAText) {
  PutComposition("<audio id=\"music\" src=\"music.mp3\" data-start=\"0\"></audio>");
  Put("music.mp3", "<html><body>404 Not Found</body></html>");
  ExpectRefused(ErrorCode::kNotMediaPayload,
                AllOf(HasSubstr("<audio id=\"music\">"), HasSubstr("music.mp3")));
}

// Clips that are never seen, and one that is only in the middle of its time; a timer; an image that
// is asked for late.
constexpr const char* kStrangePage =
    "<div id=\"behind\" data-start=\"3\" data-duration=\"1\">x</div>"
    "<div id=\"outside\" data-start=\"0\" data-duration=\"1\" "
    "style=\"position:absolute;left:900px\">x</div>"
    "<div id=\"slides\" data-start=\"0.2\" data-duration=\"0.6\" "
    "style=\"position:absolute;left:0\">x</div>"
    "<div id=\"seen\" data-start=\"0\" data-duration=\"1\"><div "
    "style=\"position:absolute\">x</div></div>\n"
    "<script>\nsetInterval(() => {}, 100);\n"
    "window.__timelines = {main: {duration: () => 1, pause() {}, totalTime(t) { "
    "document.getElementById('slides').style.left = Math.abs(t - 0.5) < 0.1 ? '0' : '-500px'; }, "
    "seek(t) { this.totalTime(t); }}};</script>";

TEST_F(PlanErrorsTest, WhatIsStrangeIsSaidWithItsPlace) {
  PutComposition(kStrangePage);
  const auto plan = Plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(said_, Contains(AllOf(HasSubstr("<div id=\"behind\">"), HasSubstr("3 s"))));
  EXPECT_THAT(said_, Contains(AllOf(HasSubstr("<div id=\"outside\">"), HasSubstr("never seen"))));
  EXPECT_THAT(said_, Contains(AllOf(HasSubstr("index.html:5"), HasSubstr("setInterval"))));
  EXPECT_THAT(said_, ::testing::Not(Contains(HasSubstr("seen\">"))));
  EXPECT_THAT(said_, ::testing::Not(Contains(HasSubstr("slides"))));
}

TEST_F(PlanErrorsTest, WhatIsStrangeFailsAStrictPlan) {
  PutComposition(kStrangePage);
  strict_ = true;
  ExpectRefused(
      ErrorCode::kInvalidComposition,
      AllOf(HasSubstr("strict"), HasSubstr("<div id=\"behind\">"), HasSubstr("setInterval")));
}

TEST_F(PlanErrorsTest, NoChrome) {
  PutComposition("<p>hello</p>");
  ::setenv("PRODUCER_HEADLESS_SHELL_PATH", "/nowhere/chrome", 1);
  BrowserSlot slot{CancellationToken()};
  const auto plan = Plan(slot);
  ::unsetenv("PRODUCER_HEADLESS_SHELL_PATH");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kChromeUnavailable);
  EXPECT_THAT(plan.error().message,
              AllOf(HasSubstr("PRODUCER_HEADLESS_SHELL_PATH"), HasSubstr("/nowhere/chrome")));
}

}  // namespace
}  // namespace hyperlocal
