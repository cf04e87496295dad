// The report page in the browser that people open it with: what it shows, on a desk and on a phone.
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/browser/browser.h"
#include "engine/file/whole_file.h"
#include "golden/comparison_report.h"
#include "tests/golden/made_video.h"

namespace hyperlocal {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

class ReportPage : public testing::MadeVideos {
 protected:
  // Two videos of four chunks whose frames 12 to 14 differ, with sound.
  void Write() {
    const std::string sound =
        " -f lavfi -i 'aevalsrc=0.3*sin(900*t)*pow(sin(9*t)\\,2):s=48000:d=1' ";
    const auto with_sound = [&](const std::string& name, const std::string& filter) {
      testing::Ffmpeg("-i " + Make("silent-" + name, filter) + sound + "-c:v copy -c:a aac " +
                      Path(name));
      return Path(name);
    };
    const std::string a = with_sound("a.mp4", "null");
    const std::string b =
        with_sound("b.mp4", "drawbox=x=40:y=40:w=80:h=60:c=red:t=fill:enable=between(n\\,12\\,14)");
    const golden::VideoComparison comparison = Compare(a, b);
    worst_ = std::to_string(golden::WorstFrames(comparison, 1).at(0));
    golden::ReportPage page;
    page.title = "b <b>against</b> </script> a";
    page.version = "1.2.3";
    const Status written =
        golden::WriteReportPage(Path("report"), page, comparison, golden::Judge(comparison, {}));
    ASSERT_TRUE(written) << written.error().message;
  }

  std::string worst_;  // the frame that the page shows first

  nlohmann::json Ask(Page& page, const std::string& expression) {
    auto answer = page.Evaluate(expression, seconds{10});
    if (!answer) ADD_FAILURE() << answer.error().message;
    return answer ? *answer : nlohmann::json();
  }

  void ExpectWhole(Browser& browser, int width) {
    SCOPED_TRACE(width);
    PageOptions options;
    options.width = width;
    options.height = 900;
    auto page = browser.OpenPage(std::move(options)).value();
    const Status there = page->Navigate("file://" + Path("report/index.html"), seconds{20});
    ASSERT_TRUE(there) << there.error().message;
    // The pictures of the worst frame have been decoded and drawn.
    EXPECT_EQ(
        Ask(*page,
            "new Promise((done) => { const look = () => document.documentElement.dataset.picked"
            " ? done(document.documentElement.dataset.picked) : setTimeout(look, 20); look(); })"),
        worst_);
    EXPECT_EQ(Ask(*page, "document.getElementById('title').textContent"),
              "b <b>against</b> </script> a");
    EXPECT_EQ(Ask(*page, "document.getElementById('verdict').textContent"), "different");
    EXPECT_THAT(Ask(*page, "document.getElementById('findings').innerText").get<std::string>(),
                HasSubstr("3 of 24 frames"));
    // Chunks begin at 6, 12 and 18, in both curves.
    EXPECT_EQ(Ask(*page, "document.querySelectorAll('.chart .chunk').length"), 6);
    EXPECT_EQ(Ask(*page, "document.querySelectorAll('#picks button').length"), 4);
    EXPECT_EQ(Ask(*page, "document.querySelectorAll('.wave path').length"), 3);
    EXPECT_EQ(Ask(*page, "document.querySelectorAll('#facts tr').length"), 15);
    // Nothing sticks out to the side.
    EXPECT_LE(Ask(*page, "document.documentElement.scrollWidth").get<int>(), width);
    EXPECT_EQ(Ask(*page, "document.getElementById('picture-a').width"), 320);
    // The slider amplifies: a small difference is brighter than before.
    const std::string sum =
        "(() => { const c = document.getElementById('picture-difference');"
        "return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.reduce((x, y) => x + "
        "y, 0); })()";
    const auto set_gain = [&](int exponent) {
      return "document.getElementById('gain').value = " + std::to_string(exponent) +
             "; document.getElementById('gain').oninput(); "
             "document.getElementById('gain-text').textContent";
    };
    EXPECT_EQ(Ask(*page, set_gain(0)), "1");
    const double plain = Ask(*page, sum).get<double>();
    EXPECT_EQ(Ask(*page, set_gain(5)), "32");
    EXPECT_GT(Ask(*page, sum).get<double>(), plain + 1'000'000);
    // The other frames can be picked.
    EXPECT_NE(Ask(*page, "pick(1).then(() => document.documentElement.dataset.picked)"), worst_);
    EXPECT_THAT(page->TakeMessages(), ::testing::IsEmpty());
  }
};

TEST_F(ReportPage, ShowsEverythingOnADeskAndOnAPhone) {
  Write();
  const std::string html = ReadWholeFile(Path("report/index.html")).value();
  // It needs nothing else: no address but those of the SVG names and of its own data.
  EXPECT_EQ(html.find("src=\"http"), html.npos);
  EXPECT_EQ(html.find("<link"), html.npos);
  auto browser = Browser::Launch({}).value();
  ExpectWhole(*browser, 1280);
  ExpectWhole(*browser, 390);
}

}  // namespace
}  // namespace hyperlocal
