// Each fault that a render could have, planted, and found by its own name: never by a check that
// happens to fail too.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden/diagnosis.h"
#include "golden/verdict.h"
#include "tests/golden/made_video.h"

namespace hyperlocal {
namespace {

using golden::FindingKind;
using golden::Outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PlantedFaults : public testing::MadeVideos {
 protected:
  golden::Verdict Judged(const std::string& a, const std::string& b) {
    return golden::Judge(Compare(a, b), golden::Thresholds{});
  }

  // The one finding, of that kind, with those words.
  void ExpectOnly(const golden::Verdict& verdict, FindingKind kind, const std::string& words) {
    EXPECT_EQ(verdict.outcome, Outcome::kFail);
    std::vector<std::string> found;
    for (const golden::Finding& finding : verdict.findings) {
      found.push_back(std::string(golden::FindingName(finding.kind)) + ": " + finding.message);
    }
    EXPECT_THAT(found, ElementsAre(::testing::AllOf(
                           ::testing::StartsWith(std::string(golden::FindingName(kind)) + ": "),
                           HasSubstr(words))));
  }

  // 24 frames as PNG, without any loss.
  std::string Frames(const std::string& name, const std::string& filter) {
    std::filesystem::create_directory(Path(name));
    testing::Ffmpeg("-f lavfi -i testsrc2=size=160x90:rate=24:duration=0.5 -vf '" + filter + "' " +
                    Path(name) + "/frame_%06d.png");
    return Path(name);
  }
};

TEST_F(PlantedFaults, NoneInAnotherEncodingOfTheSame) {
  const golden::Verdict verdict = Judged(
      Make("a.mp4"), Make("b.mp4", "null", "out_color_matrix=bt709:out_range=tv", "-crf 20"));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_THAT(verdict.findings, IsEmpty());
}

TEST_F(PlantedFaults, ADroppedFrame) {
  ExpectOnly(Judged(Make("a.mp4"), Make("b.mp4", "select=not(eq(n\\,7)),setpts=N/24/TB")),
             FindingKind::kFramesMissing, "frame 7 of A is missing in B");
}

TEST_F(PlantedFaults, ADuplicatedFrame) {
  ExpectOnly(Judged(Make("a.mp4"), Make("b.mp4", "loop=loop=1:size=1:start=6,setpts=N/24/TB")),
             FindingKind::kFramesRepeated,
             "frame 6 of B shows frame 5 of A again, and all that follows comes a frame late");
}

TEST_F(PlantedFaults, AFrameShownTwiceInAnothersPlace) {
  ExpectOnly(Judged(Make("a.mp4"), Make("b.mp4",
                                        "loop=loop=1:size=1:start=6,"
                                        "select=not(eq(n\\,7)),setpts=N/24/TB")),
             FindingKind::kFramesRepeated,
             "frame 6 of B shows frame 5 of A again; what belongs there is missing");
}

TEST_F(PlantedFaults, SwappedChunks) {
  ExpectOnly(
      Judged(Make("a.mp4"), Make("b.mp4",
                                 "select=1,split=4[w][x][y][z];[w]trim=end_frame=6[1];"
                                 "[x]trim=start_frame=12:end_frame=18,setpts=PTS-STARTPTS[2];"
                                 "[y]trim=start_frame=6:end_frame=12,setpts=PTS-STARTPTS[3];"
                                 "[z]trim=start_frame=18,setpts=PTS-STARTPTS[4];"
                                 "[1][2][3][4]concat=n=4")),
      FindingKind::kChunksSwapped, "frames 6 to 11 of B are frames 12 to 17 of A");
}

TEST_F(PlantedFaults, TheWrongMatrix) {
  ExpectOnly(Judged(Make("a.mp4"), Make("b.mp4", "null", "out_color_matrix=bt601:out_range=tv")),
             FindingKind::kMatrix, "B is coded with the BT.601 matrix");
}

TEST_F(PlantedFaults, TheWrongRange) {
  ExpectOnly(Judged(Make("a.mp4"), Make("b.mp4", "null", "out_color_matrix=bt709:out_range=pc")),
             FindingKind::kRange, "B is coded in full range");
}

// The samples are the same; only what is said of them is wrong.
TEST_F(PlantedFaults, TheWrongTag) {
  const std::string a = Make("a.mp4");
  testing::Ffmpeg("-i " + a + " -c copy -bsf:v h264_metadata=matrix_coefficients=6 " +
                  Path("b.mp4"));
  const golden::VideoComparison comparison = Compare(a, Path("b.mp4"));
  EXPECT_TRUE(std::isinf(comparison.figures.psnr_db));
  EXPECT_LT(comparison.figures.rgb_psnr_db, 40);
  golden::Thresholds strict;
  strict.min_psnr_db = strict.min_frame_psnr_db = 45;
  const golden::Verdict verdict = golden::Judge(comparison, strict);
  ExpectOnly(verdict, FindingKind::kMatrix, "tags say matrix smpte170m where A's say bt709");
}

TEST_F(PlantedFaults, MissingAlpha) {
  const std::string alpha = "format=rgba,colorchannelmixer=aa=0.5";
  ExpectOnly(Judged(Frames("a", alpha), Frames("b", "format=rgb24")), FindingKind::kAlphaMissing,
             "A has an alpha plane (rgb, 8 bits, alpha), B has none");
  ExpectOnly(Judged(Path("a"), Frames("c", "format=rgba")), FindingKind::kAlphaMissing,
             "opaque everywhere");
}

TEST_F(PlantedFaults, OneWrongPixel) {
  const std::string a = Frames("a", "format=rgb24");
  const std::string b =
      Frames("b", "format=rgb24,drawbox=x=101:y=33:w=1:h=1:c=0x8000ff:t=fill:enable=eq(n\\,7)");
  ExpectOnly(Judged(a, b), FindingKind::kPixels, "one pixel differs at (101, 33)");
  EXPECT_EQ(Judged(a, a).outcome, Outcome::kPass);
}

// One frame, of the rate and of the encoder: 2000 and 1024 samples.
TEST_F(PlantedFaults, SoundThatIsOffByOne) {
  const std::string video = Make("silent.mp4");
  const auto with_sound = [&](const std::string& name, const std::string& filter) {
    testing::Ffmpeg("-i " + video +
                    " -f lavfi -i 'aevalsrc=0.4*sin(700*t+90*sin(9*t))*"
                    "pow(sin(11*t)\\,2):s=48000:d=1' -c:v copy -af '" +
                    filter + "' -c:a aac -b:a 160k -t 1 " + Path(name));
    return Path(name);
  };
  const std::string a = with_sound("a.mp4", "anull");
  ExpectOnly(Judged(a, with_sound("b.mp4", "adelay=2000S")), FindingKind::kSoundShifted,
             "B's sound comes 41.7 ms late (2000 samples, 1.00 frames)");
  ExpectOnly(Judged(a, with_sound("c.mp4", "adelay=1024S")), FindingKind::kSoundShifted,
             "21.3 ms late (1024 samples");
  ExpectOnly(Judged(a, with_sound("d.mp4", "volume=0")), FindingKind::kSoundMissing, "B is silent");
  ExpectOnly(Judged(a, video), FindingKind::kSoundMissing, "A has sound, B has none");
  EXPECT_EQ(Judged(a, with_sound("e.mp4", "anull")).outcome, Outcome::kPass);
}

TEST_F(PlantedFaults, OtherSizesAndRatesAreSaidAndNotGuessed) {
  const std::string a = Make("a.mp4");
  const golden::Verdict size = Judged(a, Make("b.mp4", "scale=160:90"));
  EXPECT_EQ(size.outcome, Outcome::kFail);
  EXPECT_EQ(size.checks[0].message,
            "A is 320x180, B is 160x90: pictures of different sizes are not compared");
  const golden::Verdict rate = Judged(a, Make("c.mp4", "setpts=N/30/TB,fps=30"));
  EXPECT_EQ(rate.outcome, Outcome::kFail);
  EXPECT_THAT(rate.checks[2].message, HasSubstr("A has 24/1 frames a second, B has 30/1"));
}

}  // namespace
}  // namespace hyperlocal
