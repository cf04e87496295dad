#include "golden/verdict.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace hyperlocal::golden {
namespace {

class Judging {
 public:
  Judging(const VideoComparison& comparison, const Thresholds& thresholds)
      : comparison_(comparison), limits_(thresholds) {}

  Verdict Run() {
    DiagnosisLimits diagnosis;
    diagnosis.frame_psnr_db = limits_.min_frame_psnr_db;
    diagnosis.spot_error = limits_.max_spot_error;
    diagnosis.correlation = limits_.min_audio_correlation;
    diagnosis.lag_us = limits_.max_audio_lag.count();
    verdict_.findings = Diagnose(comparison_, diagnosis);
    CheckShape();
    CheckTags();
    CheckPictures();
    CheckOrder();
    CheckPixels();
    CheckAlpha();
    CheckSound();
    for (const Check& check : verdict_.checks) {
      if (check.outcome == Outcome::kFail) verdict_.outcome = Outcome::kFail;
      if (check.outcome == Outcome::kUndecided && verdict_.outcome == Outcome::kPass) {
        verdict_.outcome = Outcome::kUndecided;
      }
    }
    return std::move(verdict_);
  }

 private:
  void Add(std::string name, Outcome outcome, std::string message) {
    verdict_.checks.push_back(Check{std::move(name), outcome, std::move(message)});
  }
  void AddIf(std::string name, bool good, std::string message) {
    Add(std::move(name), good ? Outcome::kPass : Outcome::kFail, std::move(message));
  }
  const Finding* Found(FindingKind kind) const {
    for (const Finding& finding : verdict_.findings) {
      if (finding.kind == kind) return &finding;
    }
    return nullptr;
  }

  const VideoFacts& a() const { return comparison_.a.source.video; }
  const VideoFacts& b() const { return comparison_.b.source.video; }

  void CheckShape() {
    AddIf("size", comparison_.same_size,
          comparison_.same_size
              ? fmt::format("{}x{}", a().width, a().height)
              : fmt::format("A is {}x{}, B is {}x{}: pictures of different sizes are not compared",
                            a().width, a().height, b().width, b().height));
    AddIf("frames", comparison_.a.decoded_frames == comparison_.b.decoded_frames,
          comparison_.a.decoded_frames == comparison_.b.decoded_frames
              ? fmt::format("{}", comparison_.a.decoded_frames)
              : fmt::format("A has {}, B has {}", comparison_.a.decoded_frames,
                            comparison_.b.decoded_frames));
    if (!comparison_.a.source.has_rate || !comparison_.b.source.has_rate) return;
    const auto rate = [](FrameRate r) { return fmt::format("{}/{}", r.num, r.den); };
    const bool same = std::int64_t{a().real_rate.num} * b().real_rate.den ==
                      std::int64_t{b().real_rate.num} * a().real_rate.den;
    AddIf("rate", same,
          same ? rate(a().real_rate)
               : fmt::format("A has {} frames a second, B has {}: frames are compared by their "
                             "number, not by their time",
                             rate(a().real_rate), rate(b().real_rate)));
  }

  void CheckTags() {
    if (a().color_matrix == b().color_matrix && a().color_range == b().color_range &&
        a().color_primaries == b().color_primaries && a().color_transfer == b().color_transfer) {
      Add("colour-tags", Outcome::kPass, fmt::format("{}, {}", a().color_matrix, a().color_range));
      return;
    }
    std::string message;
    const auto add = [&message](const char* what, const std::string& x, const std::string& y) {
      if (x == y) return;
      message += fmt::format("{}{}: A says {}, B says {}", message.empty() ? "" : "; ", what, x, y);
    };
    add("matrix", a().color_matrix, b().color_matrix);
    add("range", a().color_range, b().color_range);
    add("primaries", a().color_primaries, b().color_primaries);
    add("transfer", a().color_transfer, b().color_transfer);
    // A still image and a video name different things for the same colours.
    const bool comparable = comparison_.planes_compared;
    Add("colour-tags", comparable ? Outcome::kFail : Outcome::kPass, message);
  }

  void CheckPictures() {
    if (comparison_.frames.empty()) {
      const std::string why =
          comparison_.same_size ? "there are no frames to compare" : "the sizes differ";
      Add("psnr", Outcome::kUndecided, why);
      return;
    }
    const char* of = comparison_.planes_compared && SameColourTags(comparison_) ? "" : " in RGB";
    const double psnr = JudgedPsnrDb(comparison_);
    AddIf("psnr", psnr >= limits_.min_psnr_db,
          fmt::format("{}{}, at least {:g} dB wanted", DbText(psnr), of, limits_.min_psnr_db));

    double worst = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < comparison_.frames.size(); ++i) {
      const double frame = JudgedPsnrDb(comparison_, comparison_.frames[i]);
      if (frame < limits_.min_frame_psnr_db) ++verdict_.failed_frames;
      if (frame < worst) {
        worst = frame;
        verdict_.worst_frame = static_cast<std::int64_t>(i);
      }
    }
    std::string message = fmt::format("{} of {} frames below {:g} dB{}", verdict_.failed_frames,
                                      comparison_.frames.size(), limits_.min_frame_psnr_db, of);
    if (limits_.max_frame_failures > 0)
      message += fmt::format(", {} allowed", limits_.max_frame_failures);
    if (verdict_.worst_frame) {
      message += fmt::format("; the worst is frame {}, {}", *verdict_.worst_frame, DbText(worst));
    }
    AddIf("frame-psnr", verdict_.failed_frames <= limits_.max_frame_failures, message);

    if (!limits_.min_ssim) return;
    if (!comparison_.planes_compared) {
      Add("ssim", Outcome::kUndecided,
          fmt::format("A is {}, B is {}: SSIM compares planes of the same layout",
                      comparison_.a.layout, comparison_.b.layout));
      return;
    }
    AddIf("ssim", comparison_.figures.ssim >= *limits_.min_ssim,
          fmt::format("{:.5f}, at least {:g} wanted", comparison_.figures.ssim, *limits_.min_ssim));
  }

  void CheckOrder() {
    if (!comparison_.same_size) return;
    std::string message;
    for (const Finding& finding : verdict_.findings) {
      if (finding.kind == FindingKind::kFramesMissing ||
          finding.kind == FindingKind::kFramesRepeated ||
          finding.kind == FindingKind::kChunksSwapped ||
          finding.kind == FindingKind::kFramesMoved) {
        message += (message.empty() ? "" : "; ") + finding.message;
      }
    }
    AddIf("order", message.empty(), message.empty() ? "every frame is in its place" : message);
  }

  void CheckPixels() {
    if (const Finding* spots = Found(FindingKind::kPixels)) {
      Add("pixels", Outcome::kFail, spots->message);
    }
  }

  void CheckAlpha() {
    if (!comparison_.a.has_alpha && !comparison_.b.has_alpha) return;
    if (const Finding* missing = Found(FindingKind::kAlphaMissing)) {
      Add("alpha", Outcome::kFail, missing->message);
    } else if (!comparison_.a.has_alpha) {
      Add("alpha", Outcome::kFail, "B has an alpha plane, A has none");
    } else if (comparison_.figures.alpha_psnr_db) {
      const double psnr = *comparison_.figures.alpha_psnr_db;
      AddIf("alpha", psnr >= limits_.min_psnr_db,
            fmt::format("{}, at least {:g} dB wanted", DbText(psnr), limits_.min_psnr_db));
    } else {
      Add("alpha", Outcome::kUndecided,
          fmt::format("A is {}, B is {}: their alpha planes cannot be compared",
                      comparison_.a.layout, comparison_.b.layout));
    }
  }

  void CheckSound() {
    const auto& of_a = comparison_.a.sound;
    const auto& of_b = comparison_.b.sound;
    if (!of_a && !of_b) {
      if (limits_.audio_asked_for) {
        Add("sound", Outcome::kUndecided, "neither video has any: there is nothing to compare");
      }
      return;
    }
    if (!of_a || !of_b) {
      Add("sound", Outcome::kFail, of_a ? "A has sound, B has none" : "B has sound, A has none");
      return;
    }
    const SoundComparison& sound = *comparison_.sound;
    if (!sound.same_rate) {
      Add("sound", Outcome::kFail,
          fmt::format("A has {} samples a second, B has {}: sounds at different rates are not "
                      "correlated",
                      of_a->sample_rate, of_b->sample_rate));
      return;
    }
    const bool lost = sound.silent_b && !sound.silent_a;
    AddIf("sound", !lost && sound.correlation >= limits_.min_audio_correlation,
          lost ? fmt::format("B is silent, A is at {:.1f} dB", sound.level_a_db)
               : fmt::format("correlation {:.4f}, at least {:g} wanted; {:.1f} dB and {:.1f} dB",
                             sound.correlation, limits_.min_audio_correlation, sound.level_a_db,
                             sound.level_b_db));
    if (lost || sound.correlation < limits_.min_audio_correlation) return;
    const auto lag = sound.lag.count();
    AddIf("sound-lag", std::abs(lag) <= limits_.max_audio_lag.count(),
          fmt::format("{:.2f} ms ({} samples), at most {:g} ms allowed",
                      static_cast<double>(lag) / 1000, sound.lag_samples,
                      static_cast<double>(limits_.max_audio_lag.count()) / 1000));
  }

  const VideoComparison& comparison_;
  const Thresholds& limits_;
  Verdict verdict_;
};

}  // namespace

std::string DbText(double db) {
  return std::isinf(db) ? "equal" : fmt::format("{:.2f} dB", db);
}

Verdict Judge(const VideoComparison& comparison, const Thresholds& thresholds) {
  return Judging(comparison, thresholds).Run();
}

std::vector<std::int64_t> WorstFrames(const VideoComparison& comparison, std::size_t most) {
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < comparison.frames.size(); ++i) {
    const PictureFigures& frame = comparison.frames[i];
    if (!frame.identical) order.push_back(static_cast<std::int64_t>(i));
  }
  const auto psnr = [&comparison](std::int64_t i) {
    return JudgedPsnrDb(comparison, comparison.frames[static_cast<std::size_t>(i)]);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&psnr](std::int64_t x, std::int64_t y) { return psnr(x) < psnr(y); });
  if (order.size() > most) order.resize(most);
  return order;
}

}  // namespace hyperlocal::golden
