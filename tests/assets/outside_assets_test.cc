// What a page asks for from outside its project: recorded by the plan, whatever asks for it, and
// replayed in a chunk, which has no network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/av/image_codec.h"
#include "engine/capture/open_frame_source.h"
#include "engine/composition/asset_cache.h"
#include "engine/composition/asset_lock.h"
#include "engine/composition/asset_recording.h"
#include "engine/hash/sha256.h"
#include "engine/profile/profile.h"
#include "tests/assets/project_plan.h"
#include "tests/assets/small_web.h"

namespace hyperlocal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ProjectPlan;
using testing::PutFile;
using testing::SmallWeb;

std::string Png(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  Frame picture{8, 8, PixelLayout::kRgb24, {}};
  for (int i = 0; i < 8 * 8; ++i) picture.pixels.insert(picture.pixels.end(), {red, green, blue});
  const auto png = EncodePng(picture);
  EXPECT_TRUE(png);
  return {png->begin(), png->end()};
}

class OutsideAssetsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { slot_ = new BrowserSlot(CancellationToken()); }
  static void TearDownTestSuite() {
    delete slot_;
    slot_ = nullptr;
  }

  // The picture of one frame, as a chunk that begins with it has it.
  static Result<Frame> Draw(const PlanDirectory& plan, std::int64_t frame) {
    HYPERLOCAL_TRY(const auto source, OpenFrameSource(plan, {0, frame, frame + 1}, *slot_));
    HYPERLOCAL_TRY(CapturedImage image, source->Capture(frame));
    return DecodeImage(std::move(image));
  }

  static BrowserSlot* slot_;
  SmallWeb web_;
  ProjectPlan page_;
};

BrowserSlot* OutsideAssetsTest::slot_ = nullptr;

// "green" of a pixel: what every part of the page below shows once its asset is there.
bool IsGreen(const Frame& frame, int x, int y) {
  const std::size_t at = static_cast<std::size_t>(y) * frame.row_bytes() +
                         static_cast<std::size_t>(x) * BytesPerPixel(frame.layout);
  return frame.pixels[at] < 60 && frame.pixels[at + 1] > 190 && frame.pixels[at + 2] < 60;
}

TEST_F(OutsideAssetsTest, WhateverAsksForThemTheyAreRecordedAndReplayed) {
  const std::string out = "https://out.test/";
  const std::string png = Png(0, 255, 0);
  web_.pages = {
      {out + "image.png", {"image/png", png}},
      {out + "vector.svg",
       {"image/svg+xml",
        "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><rect "
        "width='8' height='8' fill='#0f0'/></svg>"}},
      {out + "first.css", {"text/css", "@import url('second.css');"}},
      {out + "second.css", {"text/css", "#import { background: url(background.png) }"}},
      {out + "background.png", {"image/png", png}},
      {out + "frame.html",
       {"text/html", "<body style='margin:0'><img src='inner.png' width=40 height=40></body>"}},
      {out + "inner.png", {"image/png", png}},
      {out + "motion.json", {"application/json", R"({"colour": "#0f0"})"}},
      {out + "model.glb", {"model/gltf-binary", std::string("glTF\0\1", 6)}},
      {out + "texture.png", {"image/png", png}},
      {out + "script.js",
       {"text/javascript", "document.getElementById('script').classList.add('g')"}},
      {out + "late.png", {"image/png", png}},
  };
  const auto modules = page_.project / "node_modules/hl-module";
  PutFile(modules / "package.json", R"({"version":"1.0.0","module":"esm/index.js"})");
  PutFile(modules / "esm/index.js", "export { g as default } from './part.js'");
  PutFile(modules / "esm/part.js", "export const g = 'g'");

  // Cells of 40 by 40, from left to right in rows of eight.
  const std::array ids{"img", "svg", "import", "frame",  "json",
                       "glb", "gl",  "script", "module", "late"};
  std::string cells =
      "<style>.cell{position:absolute;width:40px;height:40px}.g{background:#0f0}"
      "</style><link rel=stylesheet href='https://out.test/first.css'>";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::string id = ids[i];
    const std::string inside =
        id == "img"     ? "<img width=40 height=40 src='https://out.test/image.png'>"
        : id == "svg"   ? "<img width=40 height=40 src='https://out.test/vector.svg'>"
        : id == "frame" ? "<iframe style='border:0;width:40px;height:40px' "
                          "src='https://out.test/frame.html'></iframe>"
        : id == "gl"    ? "<canvas width=40 height=40></canvas>"
                        : "";
    cells += "<div class=cell id=" + id + " style='left:" + std::to_string(i % 8 * 40) +
             "px;top:" + std::to_string(i / 8 * 40) + "px'>" + inside + "</div>";
  }
  // The last one comes with a clip that begins in the middle.
  cells +=
      "<div id=clip data-start=0.25 data-duration=0.25><img style='position:absolute;left:40px;"
      "top:40px' width=40 height=40 loading=lazy src='https://out.test/late.png'></div>";
  cells += R"JS(<script src="https://out.test/script.js"></script>
<script type=module>
import g from 'https://esm.sh/hl-module@1.0.0';
document.getElementById('module').classList.add(g);
const motion = await (await fetch('https://out.test/motion.json')).json();
document.getElementById('json').style.background = motion.colour;
const model = new Uint8Array(await (await fetch('https://out.test/model.glb')).arrayBuffer());
if (model.length === 6 && model[5] === 1) document.getElementById('glb').classList.add('g');
const texture = new Image();
texture.crossOrigin = 'anonymous';
texture.src = 'https://out.test/texture.png';
await texture.decode();
const gl = document.querySelector('canvas').getContext('webgl', {preserveDrawingBuffer: true});
const filled = gl.createTexture();
gl.bindTexture(gl.TEXTURE_2D, filled);
gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, texture);
gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, filled, 0);
const texel = new Uint8Array(4);
gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, texel);
gl.bindFramebuffer(gl.FRAMEBUFFER, null);
gl.clearColor(texel[0] / 255, texel[1] / 255, texel[2] / 255, 1);
gl.clear(gl.COLOR_BUFFER_BIT);
</script>)JS";
  page_.Put("", cells);

  const auto plan = page_.Plan(*slot_, web_.Sources());
  ASSERT_TRUE(plan) << plan.error().message;
  const auto recording = AssetRecording::Open(plan->compiled());
  ASSERT_TRUE(recording);
  for (const auto& [url, asset] : web_.pages) {
    EXPECT_TRUE(recording->Read(url).value()) << url;
    EXPECT_EQ(web_.asked.count(url), 1U) << url;
  }
  const auto frame = Draw(*plan, 10);
  ASSERT_TRUE(frame) << frame.error().message;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const int x = static_cast<int>(i % 8) * 40 + 20, y = static_cast<int>(i / 8) * 40 + 20;
    EXPECT_TRUE(IsGreen(*frame, x, y)) << ids[i];
  }
}

// A worker fetches the plan for every chunk, and throws the copy away; its page goes on.
TEST_F(OutsideAssetsTest, AKeptPageReadsFromTheCopyOfItsNewestChunk) {
  const std::string url = "https://out.test/late.png";
  web_.pages[url] = {"image/png", Png(0, 255, 0)};
  page_.Put("<style>#late { width: 320px; height: 180px }</style>",
            "<div id=late></div><script>window.__hf = {duration: 0.5, seek: (seconds) => {"
            "if (seconds >= 0.3) document.getElementById('late').style.background = 'url(" +
                url + ")'}}</script>");
  const auto plan = page_.Plan(*slot_, web_.Sources());
  ASSERT_TRUE(plan) << plan.error().message;
  const testing::TemporaryDirectory copies;
  PlanDirectory first = *plan, second = *plan;
  first.root = copies / "first";
  second.root = copies / "second";
  for (const PlanDirectory& copy : {first, second}) {
    std::filesystem::copy(plan->root, copy.root, std::filesystem::copy_options::recursive);
  }
  Profile::Start();
  ASSERT_TRUE(Draw(first, 0));
  std::filesystem::remove_all(first.root);
  const auto late = Draw(second, 12);
  const std::vector<ProfileSpan> spans = Profile::Stop();
  ASSERT_TRUE(late) << late.error().message;
  EXPECT_TRUE(IsGreen(*late, 160, 90));
  EXPECT_EQ(std::count_if(spans.begin(), spans.end(),
                          [](const auto& span) { return span.name == "open the composition"; }),
            1);
}

TEST_F(OutsideAssetsTest, WithoutTheNetworkTheCacheMakesTheSamePlan) {
  const std::string url = "https://out.test/image.png";
  web_.pages[url] = {"image/png", Png(0, 255, 0)};
  page_.Put("", "<img src='" + url + "'>");
  const auto refused = page_.Plan(*slot_, web_.Sources(false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kAssetUnavailable);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr(url), HasSubstr("assets fetch")));

  AssetSources sources = web_.Sources();
  sources.cache_directory = page_.directory / "cache";
  const auto fetched = page_.Plan(*slot_, sources);
  ASSERT_TRUE(fetched) << fetched.error().message;
  sources.fetch = nullptr;
  const auto kept = page_.Plan(*slot_, sources);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->plan_hash, fetched->plan_hash);
}

TEST_F(OutsideAssetsTest, WhatALockNamesOtherwiseFailsThePlan) {
  const std::string url = "https://out.test/image.png";
  web_.pages[url] = {"image/png", Png(0, 255, 0)};
  page_.Put("", "<img src='" + url + "'>");
  AssetLock lock;
  lock.assets[url] = {Sha256Hex("another"), "image/png", 7};
  ASSERT_TRUE(lock.Save(page_.project));
  const auto plan = page_.Plan(*slot_, web_.Sources());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kAssetUnavailable);
  EXPECT_THAT(plan.error().message, AllOf(HasSubstr(url), HasSubstr(AssetLock::kFile)));
}

TEST_F(OutsideAssetsTest, AFontOfTheFontServiceComesFromItsPackage) {
  page_.Put(
      "<link rel=stylesheet href='https://fonts.googleapis.com/css2?family=Inter:wght@700&"
      "display=swap'>",
      "<h1 style='font-family:Inter;color:#fff'>Words</h1>");
  const auto plan = page_.Plan(*slot_);
  ASSERT_TRUE(plan) << plan.error().message;
  const auto recording = AssetRecording::Open(plan->compiled());
  EXPECT_TRUE(recording
                  ->Read("https://cdn.jsdelivr.net/npm/@fontsource-variable/inter@5.3.0/files/"
                         "inter-latin-wght-normal.woff2")
                  .value());
  EXPECT_EQ(recording->size(), 2U);  // the sheet, and the only subset that the words need
}

TEST_F(OutsideAssetsTest, AWebFontThatCannotBeHadFailsUnlessItIsToldNotTo) {
  const std::string url = "https://fonts.googleapis.com/css2?family=No+Such+Family+At+All";
  page_.Put("<link rel=stylesheet href='" + url + "'>",
            "<h1 style='font-family:\"No Such Family At All\"'>Words</h1>");
  const auto refused = page_.Plan(*slot_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kFontFetchFailed);
  EXPECT_THAT(refused.error().message, HasSubstr(url));

  page_.wanted.fail_closed_font_fetch = false;
  page_.wanted.reject_on_system_fonts = false;
  const auto plan = page_.Plan(*slot_);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(page_.said, ::testing::Contains(HasSubstr(url)));
  const auto picture = Draw(*plan, 3);  // a chunk asks for it too
  EXPECT_TRUE(picture) << picture.error().message;
}

TEST_F(OutsideAssetsTest, TheSpeedOfVp9IsThatOfTheEngineConfig) {
  page_.Put("", "<h1>Words</h1>");
  page_.wanted.format = OutputFormat::kWebm;
  page_.wanted.engine_config_json = R"({"vp9CpuUsed":-3})";
  const auto webm = page_.Plan(*slot_);
  ASSERT_TRUE(webm) << webm.error().message;
  EXPECT_EQ(webm->locked.vp9_cpu_used, -3);
}

TEST_F(OutsideAssetsTest, AFontOfTheSetIsServedUnderItsName) {
  page_.Put("<style>h1 { font: 700 40px 'Segoe UI', sans-serif }</style>", "<h1>Words</h1>");
  const auto plan = page_.Plan(*slot_);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_THAT(page_.said, IsEmpty());
  const auto recording = AssetRecording::Open(plan->compiled());
  EXPECT_TRUE(recording
                  ->Read("https://cdn.jsdelivr.net/npm/@fontsource-variable/roboto@5.3.0/files/"
                         "roboto-latin-wght-normal.woff2")
                  .value());
  EXPECT_TRUE(Draw(*plan, 3));
}

TEST_F(OutsideAssetsTest, AFontThatNotEveryMachineHasIsRefusedOrSaid) {
  page_.Put("<style>#title { font-family: Nowhere Sans, sans-serif }</style>",
            "<h1 id=title>Words</h1><p>more</p>");
  const auto plan = page_.Plan(*slot_);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, ErrorCode::kFontFetchFailed);
  EXPECT_THAT(plan.error().message, AllOf(HasSubstr("<h1 id=\"title\">"), HasSubstr("Nowhere Sans"),
                                          HasSubstr("--allow-system-fonts")));
  const auto allowed = page_.Plan(*slot_, {}, true);
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_THAT(page_.said, ::testing::Contains(HasSubstr("Nowhere Sans")));
}

}  // namespace
}  // namespace hyperlocal
