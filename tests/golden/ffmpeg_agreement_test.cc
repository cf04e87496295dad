// Our figures beside those of ffmpeg's own filters on the same files.
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "tests/golden/made_video.h"

namespace hyperlocal {
namespace {

class FfmpegAgreement : public testing::MadeVideos {
 protected:
  // The number after `name` in what the filter says at its end.
  double Say(const std::string& filter, const std::string& name, const std::string& a,
             const std::string& b) {
    const std::string text = testing::OutputOf("ffmpeg -nostdin -v info -i " + a + " -i " + b +
                                               " -lavfi " + filter + " -f null - 2>&1");
    const std::size_t line = text.rfind(filter == "psnr" ? "PSNR " : "SSIM ");
    const std::size_t at = line == text.npos ? line : text.find(name + ":", line);
    if (at == text.npos) {
      ADD_FAILURE() << text;
      return 0;
    }
    return std::stod(text.substr(at + name.size() + 1));
  }
  void ExpectAgreement(const std::string& a, const std::string& b) {
    const golden::VideoComparison ours = Compare(a, b);
    EXPECT_NEAR(ours.figures.psnr_db, Say("psnr", "average", a, b), 0.01);
    EXPECT_NEAR(ours.figures.plane_psnr_db[0], Say("psnr", "y", a, b), 0.01);
    EXPECT_NEAR(ours.figures.plane_psnr_db[2], Say("psnr", "v", a, b), 0.01);
    EXPECT_NEAR(ours.figures.ssim, Say("ssim", "All", a, b), 0.0005);
    EXPECT_NEAR(ours.figures.plane_ssim[0], Say("ssim", "Y", a, b), 0.0005);
    EXPECT_NEAR(ours.figures.plane_ssim[1], Say("ssim", "U", a, b), 0.0005);
  }
};

TEST_F(FfmpegAgreement, OnEightBits) {
  const std::string a = Make("a.mp4");
  ExpectAgreement(a, Make("b.mp4", "null", "out_color_matrix=bt709:out_range=tv", "-crf 30"));
  ExpectAgreement(a, Make("c.mp4", "noise=alls=20:allf=t+u:all_seed=7"));
}

// Sides that are no multiples of four, and ten bits in 4:4:4.
TEST_F(FfmpegAgreement, OnOddSizesAndTenBits) {
  const auto make = [&](const std::string& name, const std::string& filter) {
    testing::Ffmpeg("-f lavfi -i testsrc2=size=202x146:rate=24:duration=0.5 -vf '" + filter +
                    ",format=yuv444p10le' -c:v ffv1 -threads 1 " + Path(name));
    return Path(name);
  };
  ExpectAgreement(make("a.mkv", "null"), make("b.mkv", "noise=alls=12:allf=t:all_seed=3"));
}

// The container is nobody's business.
TEST_F(FfmpegAgreement, AnotherContainerChangesNothing) {
  const std::string a = Make("a.mp4");
  const std::string b = Make("b.mp4", "null", "out_color_matrix=bt709:out_range=tv", "-crf 30");
  testing::Ffmpeg("-i " + b + " -c copy " + Path("b.mkv"));
  const golden::VideoComparison mp4 = Compare(a, b);
  const golden::VideoComparison mkv = Compare(a, Path("b.mkv"));
  EXPECT_EQ(mp4.figures.psnr_db, mkv.figures.psnr_db);
  EXPECT_EQ(mp4.figures.rgb_psnr_db, mkv.figures.rgb_psnr_db);
  EXPECT_EQ(mp4.figures.ssim, mkv.figures.ssim);
  EXPECT_FALSE(std::isinf(mp4.figures.psnr_db));
}

TEST_F(FfmpegAgreement, ThreadsChangeNothing) {
  const std::string a = Make("a.mp4");
  const std::string b = Make("b.mp4", "null", "out_color_matrix=bt709:out_range=tv", "-crf 30");
  golden::ComparisonOptions options;
  options.threads = 1;
  const auto one = golden::CompareVideos(a, b, options).value();
  options.threads = 5;
  const auto five = golden::CompareVideos(a, b, options).value();
  ASSERT_EQ(one.frames.size(), 24U);
  ASSERT_EQ(five.frames.size(), 24U);
  for (std::size_t i = 0; i < 24; ++i) {
    EXPECT_EQ(one.frames[i].mse, five.frames[i].mse);
    EXPECT_EQ(one.frames[i].ssim, five.frames[i].ssim);
    EXPECT_EQ(one.frames[i].rgb.mse, five.frames[i].rgb.mse);
  }
  EXPECT_EQ(one.b.key_frames, (std::vector<std::int64_t>{0, 6, 12, 18}));
}

}  // namespace
}  // namespace hyperlocal
