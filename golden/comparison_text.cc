#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "golden/comparison_report.h"

namespace hyperlocal::golden {
namespace {

std::string Rate(const SourceFacts& facts) {
  const FrameRate rate = facts.video.real_rate;
  if (!facts.has_rate || rate.den == 0) return "-";
  return rate.den == 1 ? fmt::format("{}", rate.num)
                       : fmt::format("{:.3f}", static_cast<double>(rate.num) / rate.den);
}

std::string SoundText(const std::optional<SoundFacts>& sound) {
  if (!sound) return "none";
  return fmt::format("{}, {} Hz, {} channels, {:.3f} s", sound->codec, sound->sample_rate,
                     sound->channels, sound->seconds);
}

class Table {
 public:
  void Row(std::string_view name, const std::string& a, const std::string& b) {
    const bool differs = a != b;
    fmt::format_to(std::back_inserter(text_), "{:<12} {:<34} {}{}\n", name, a, b,
                   differs ? "  *" : "");
  }
  void Head(std::string_view name, const std::string& a, const std::string& b) {
    fmt::format_to(std::back_inserter(text_), "{:<12} {:<34} {}\n", name, a, b);
  }
  std::string text_;
};

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kUndecided:
      break;
  }
  return "undecided";
}

std::string ComparisonText(const VideoComparison& comparison, const Verdict& verdict) {
  Table table;
  const VideoFacts& a = comparison.a.source.video;
  const VideoFacts& b = comparison.b.source.video;
  table.Head("", "A " + comparison.a.source.path.string(),
             "B " + comparison.b.source.path.string());
  table.Row("codec", a.codec + ", " + a.pixel_format, b.codec + ", " + b.pixel_format);
  table.Row("size", fmt::format("{}x{}", a.width, a.height),
            fmt::format("{}x{}", b.width, b.height));
  table.Row("frames", fmt::format("{}", comparison.a.decoded_frames),
            fmt::format("{}", comparison.b.decoded_frames));
  table.Row("rate", Rate(comparison.a.source), Rate(comparison.b.source));
  table.Row("duration", fmt::format("{:.3f} s", a.duration_seconds),
            fmt::format("{:.3f} s", b.duration_seconds));
  table.Row("colours", a.color_matrix + ", " + a.color_range,
            b.color_matrix + ", " + b.color_range);
  table.Row("sound", SoundText(comparison.a.sound), SoundText(comparison.b.sound));

  std::string& text = table.text_;
  const auto out = std::back_inserter(text);
  const VideoFigures& figures = comparison.figures;
  if (!comparison.frames.empty()) {
    text += '\n';
    if (comparison.planes_compared) {
      static constexpr const char* kYuv[] = {"Y", "Cb", "Cr"};
      static constexpr const char* kRgb[] = {"R", "G", "B"};
      const auto* names = comparison.model == ColourModel::kRgb ? kRgb : kYuv;
      std::string planes;
      std::string ssim;
      for (std::size_t i = 0; i < static_cast<std::size_t>(comparison.plane_count); ++i) {
        planes += fmt::format("{} {}  ", names[i], DbText(figures.plane_psnr_db[i]));
        ssim += fmt::format("{} {:.5f}  ", names[i], figures.plane_ssim[i]);
      }
      fmt::format_to(out, "{:<12} {:<34} {}\n", "PSNR", DbText(figures.psnr_db), planes);
      fmt::format_to(out, "{:<12} {:<34} {}\n", "SSIM", fmt::format("{:.5f}", figures.ssim), ssim);
      fmt::format_to(out, "{:<12} {:.5f}\n", "MS-SSIM", figures.ms_ssim);
    } else {
      fmt::format_to(out, "{:<12} A is {}, B is {}: compared in RGB\n", "planes",
                     comparison.a.layout, comparison.b.layout);
    }
    fmt::format_to(out, "{:<12} {:<34} mean error {:.3f} of 255, largest {}\n", "PSNR in RGB",
                   DbText(figures.rgb_psnr_db), figures.mean_colour_error,
                   figures.max_colour_error);
    if (figures.alpha_psnr_db) {
      fmt::format_to(out, "{:<12} {}\n", "PSNR alpha", DbText(*figures.alpha_psnr_db));
    }
    fmt::format_to(out, "{:<12} {} of {} frames\n", "equal", figures.identical_frames,
                   comparison.frames.size());
    const auto worst = WorstFrames(comparison, 5);
    for (std::size_t i = 0; i < worst.size(); ++i) {
      const PictureFigures& frame = comparison.frames[static_cast<std::size_t>(worst[i])];
      fmt::format_to(out, "{:<12} {:<34} worst pixel at ({}, {}) off by {}\n",
                     i == 0 ? "worst" : "",
                     fmt::format("frame {}: {}", worst[i], DbText(JudgedPsnrDb(comparison, frame))),
                     frame.rgb.worst_x, frame.rgb.worst_y, frame.rgb.max_error);
    }
  }
  text += '\n';
  for (const Check& check : verdict.checks) {
    const char* mark = check.outcome == Outcome::kPass   ? "ok"
                       : check.outcome == Outcome::kFail ? "FAILED"
                                                         : "?";
    fmt::format_to(out, "{:<7} {:<12} {}\n", mark, check.name, check.message);
  }
  if (!verdict.findings.empty()) text += '\n';
  for (const Finding& finding : verdict.findings) {
    fmt::format_to(out, "{}: {}\n", FindingName(finding.kind), finding.message);
  }
  return text;
}

}  // namespace hyperlocal::golden
