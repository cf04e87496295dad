#include <cmath>
#include <nlohmann/json.hpp>

#include "golden/comparison_report.h"

namespace hyperlocal::golden {
namespace {

using nlohmann::ordered_json;

// Infinity is no JSON number.
ordered_json Db(double db) {
  return std::isfinite(db) ? ordered_json(db) : ordered_json(nullptr);
}

ordered_json Facts(const MediaFacts& facts) {
  const VideoFacts& video = facts.source.video;
  ordered_json json{{"path", facts.source.path.string()},
                    {"fileSize", facts.source.file_size},
                    {"codec", video.codec},
                    {"pixelFormat", video.pixel_format},
                    {"layout", facts.layout},
                    {"alpha", facts.has_alpha},
                    {"width", video.width},
                    {"height", video.height},
                    {"frames", facts.decoded_frames},
                    {"fps", {{"num", video.real_rate.num}, {"den", video.real_rate.den}}},
                    {"durationSeconds", video.duration_seconds},
                    {"colorMatrix", video.color_matrix},
                    {"colorRange", video.color_range},
                    {"colorPrimaries", video.color_primaries},
                    {"colorTransfer", video.color_transfer},
                    {"keyFrames", facts.key_frames}};
  json["sound"] = nullptr;
  if (facts.sound) {
    json["sound"] = {{"codec", facts.sound->codec},
                     {"sampleRate", facts.sound->sample_rate},
                     {"channels", facts.sound->channels},
                     {"durationSeconds", facts.sound->seconds}};
  }
  return json;
}

ordered_json Figures(const VideoComparison& comparison) {
  const VideoFigures& figures = comparison.figures;
  ordered_json json{{"planesCompared", comparison.planes_compared}};
  if (comparison.planes_compared) {
    const std::vector<std::string> names = comparison.model == ColourModel::kRgb
                                               ? std::vector<std::string>{"r", "g", "b"}
                                               : std::vector<std::string>{"y", "cb", "cr"};
    json["psnrDb"] = Db(figures.psnr_db);
    for (std::size_t i = 0; i < static_cast<std::size_t>(comparison.plane_count); ++i) {
      json["planePsnrDb"][names[i]] = Db(figures.plane_psnr_db[i]);
    }
    json["ssim"] = figures.ssim;
    for (std::size_t i = 0; i < static_cast<std::size_t>(comparison.plane_count); ++i) {
      json["planeSsim"][names[i]] = figures.plane_ssim[i];
    }
    json["msSsim"] = figures.ms_ssim;
  }
  json["rgbPsnrDb"] = Db(figures.rgb_psnr_db);
  json["alphaPsnrDb"] = figures.alpha_psnr_db ? Db(*figures.alpha_psnr_db) : ordered_json(nullptr);
  json["meanColorError"] = figures.mean_colour_error;
  json["maxColorError"] = figures.max_colour_error;
  json["identicalFrames"] = figures.identical_frames;
  return json;
}

ordered_json Frames(const VideoComparison& comparison) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < comparison.frames.size(); ++i) {
    const PictureFigures& frame = comparison.frames[i];
    ordered_json one{{"frame", i}, {"identical", frame.identical}};
    if (frame.planes_compared) {
      one["psnrDb"] = Db(PsnrDb(frame.mse, frame.peak));
      one["ssim"] = frame.ssim;
      one["msSsim"] = frame.ms_ssim;
    }
    one["rgbPsnrDb"] = Db(PsnrDb(frame.rgb.mse, 255));
    if (frame.alpha) one["alphaPsnrDb"] = Db(PsnrDb(frame.alpha->mse, frame.peak));
    one["meanColorError"] = frame.rgb.mean_error;
    one["maxColorError"] = frame.rgb.max_error;
    one["worstPixel"] = {{"x", frame.rgb.worst_x}, {"y", frame.rgb.worst_y}};
    one["differingPixels"] = frame.rgb.differing_pixels;
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

ordered_json ComparisonJson(const VideoComparison& comparison, const Verdict& verdict) {
  ordered_json json{{"outcome", OutcomeName(verdict.outcome)},
                    {"a", Facts(comparison.a)},
                    {"b", Facts(comparison.b)},
                    {"figures", nullptr}};
  if (!comparison.frames.empty()) json["figures"] = Figures(comparison);
  json["sound"] = nullptr;
  if (comparison.sound) {
    const SoundComparison& sound = *comparison.sound;
    json["sound"] = {{"sameRate", sound.same_rate},
                     {"correlation", sound.correlation},
                     {"lagMs", static_cast<double>(sound.lag.count()) / 1000},
                     {"lagSamples", sound.lag_samples},
                     {"levelADb", sound.level_a_db},
                     {"levelBDb", sound.level_b_db},
                     {"silentA", sound.silent_a},
                     {"silentB", sound.silent_b}};
  }
  ordered_json checks = ordered_json::array();
  for (const Check& check : verdict.checks) {
    checks.push_back({{"name", check.name},
                      {"outcome", OutcomeName(check.outcome)},
                      {"message", check.message}});
  }
  ordered_json findings = ordered_json::array();
  for (const Finding& finding : verdict.findings) {
    ordered_json one{{"kind", FindingName(finding.kind)}, {"message", finding.message}};
    if (finding.first_frame) {
      one["firstFrame"] = *finding.first_frame;
      one["frames"] = finding.frames;
    }
    findings.push_back(std::move(one));
  }
  json["checks"] = std::move(checks);
  json["findings"] = std::move(findings);
  json["failedFrames"] = verdict.failed_frames;
  json["frames"] = Frames(comparison);
  return json;
}

}  // namespace hyperlocal::golden
