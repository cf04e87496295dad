#include "golden/diagnosis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "golden/colour_mapping_internal.h"
#include "golden/frame_order_internal.h"

namespace hyperlocal::golden {
namespace {

// A picture in which fewer than one pixel in so many differs is equal but for spots.
constexpr std::int64_t kSpotShare = 100;

constexpr double kSurelyTheSameDb = 50;

bool HasSpot(const PictureFigures& frame, std::int64_t pixels, int spot_error) {
  return frame.rgb.differing_pixels > 0 && frame.rgb.differing_pixels * kSpotShare < pixels &&
         frame.rgb.max_error >= spot_error;
}

std::string TimeOf(const VideoComparison& comparison, std::size_t frame) {
  const FrameRate rate = comparison.b.source.video.real_rate;
  if (rate.num <= 0 || rate.den <= 0) return "";
  return fmt::format(" ({:.3f} s)", static_cast<double>(frame) * rate.den / rate.num);
}

// Whether the frame may be another one of A: nearer to a neighbour than to the frame at its index.
bool LooksMisplaced(const VideoComparison& comparison, std::size_t index) {
  constexpr double kVisible = 4;  // 1/16 of a level in the mean
  constexpr std::size_t kNeighbours = 2;
  const PictureFigures& frame = comparison.frames[index];
  if (frame.identical || JudgedPsnrDb(comparison, frame) > kSurelyTheSameDb) return false;
  const PictureSignature& shown = comparison.signatures_b[index];
  const double own = SignatureDistance(comparison.signatures_a[index], shown);
  if (own < kVisible) return false;
  const std::size_t last = std::min(index + kNeighbours, comparison.signatures_a.size() - 1);
  for (std::size_t i = index - std::min(index, kNeighbours); i <= last; ++i) {
    if (i != index && SignatureDistance(comparison.signatures_a[i], shown) < own / 2) return true;
  }
  return false;
}

// Frames that are wrong for no better reason, as one finding.
std::optional<Finding> WrongPictures(const VideoComparison& comparison,
                                     const std::vector<bool>& wrong) {
  std::optional<std::size_t> worst;
  std::optional<std::size_t> first;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    if (!wrong[i]) continue;
    ++count;
    if (!first) first = i;
    if (!worst || JudgedPsnrDb(comparison, comparison.frames[i]) <
                      JudgedPsnrDb(comparison, comparison.frames[*worst])) {
      worst = i;
    }
  }
  if (!worst) return std::nullopt;
  const PictureFigures& frame = comparison.frames[*worst];
  return Finding{.kind = FindingKind::kPicture,
                 .message = fmt::format("{} of {} frames {} too far from A; the worst is frame "
                                        "{}{}: {:.2f} dB, its worst pixel at "
                                        "({}, {}) off by {}",
                                        count, wrong.size(), count == 1 ? "is" : "are", *worst,
                                        TimeOf(comparison, *worst), JudgedPsnrDb(comparison, frame),
                                        frame.rgb.worst_x, frame.rgb.worst_y, frame.rgb.max_error),
                 .first_frame = static_cast<std::int64_t>(*first),
                 .frames = count};
}

std::optional<Finding> Spots(const VideoComparison& comparison, const DiagnosisLimits& limits) {
  const VideoFacts& facts = comparison.b.source.video;
  const std::int64_t pixels = std::int64_t{facts.width} * facts.height;
  std::optional<std::size_t> first;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < comparison.frames.size(); ++i) {
    if (!HasSpot(comparison.frames[i], pixels, limits.spot_error)) continue;
    ++count;
    if (!first) first = i;
  }
  if (!first) return std::nullopt;
  const RgbFigures& rgb = comparison.frames[*first].rgb;
  std::string message = fmt::format(
      "frame {}{}: {} at ({}, {}), the worst off by {}; the rest of the picture is the same",
      *first, TimeOf(comparison, *first),
      rgb.differing_pixels == 1 ? "one pixel differs"
                                : fmt::format("{} pixels differ", rgb.differing_pixels),
      rgb.worst_x, rgb.worst_y, rgb.max_error);
  if (count > 1) message += fmt::format(" (and {} more frames like it)", count - 1);
  return Finding{.kind = FindingKind::kPixels,
                 .message = std::move(message),
                 .first_frame = static_cast<std::int64_t>(*first),
                 .frames = count};
}

std::optional<Finding> MissingAlpha(const VideoComparison& comparison) {
  if (!comparison.a.has_alpha) return std::nullopt;
  if (!comparison.b.has_alpha) {
    return Finding{.kind = FindingKind::kAlphaMissing,
                   .message = fmt::format("A has an alpha plane ({}), B has none ({})",
                                          comparison.a.layout, comparison.b.layout)};
  }
  const auto& frames = comparison.frames;
  const bool opaque_b = std::all_of(frames.begin(), frames.end(),
                                    [](const PictureFigures& frame) { return frame.opaque_b; });
  const bool opaque_a = std::all_of(frames.begin(), frames.end(),
                                    [](const PictureFigures& frame) { return frame.opaque_a; });
  if (frames.empty() || !opaque_b || opaque_a) return std::nullopt;
  return Finding{.kind = FindingKind::kAlphaMissing,
                 .message =
                     "A is transparent in places; B has an alpha plane that is opaque "
                     "everywhere"};
}

std::optional<Finding> SoundFault(const VideoComparison& comparison,
                                  const DiagnosisLimits& limits) {
  if (comparison.a.sound && !comparison.b.sound) {
    return Finding{.kind = FindingKind::kSoundMissing, .message = "A has sound, B has none"};
  }
  if (!comparison.sound) return std::nullopt;
  const SoundComparison& sound = *comparison.sound;
  if (!sound.same_rate) return std::nullopt;
  if (sound.silent_b && !sound.silent_a) {
    return Finding{
        .kind = FindingKind::kSoundMissing,
        .message = fmt::format("B is silent where A is heard at {:.1f} dB", sound.level_a_db)};
  }
  if (sound.correlation < limits.correlation) {
    return Finding{.kind = FindingKind::kSoundDiffers,
                   .message = fmt::format("the sounds are different (correlation {:.3f} at best)",
                                          sound.correlation)};
  }
  const std::int64_t late = sound.lag.count();
  if (std::abs(late) > limits.lag_us) {
    const FrameRate rate = comparison.b.source.video.real_rate;
    const double frames =
        rate.den > 0 ? std::abs(static_cast<double>(late)) * rate.num / rate.den / 1e6 : 0;
    return Finding{
        .kind = FindingKind::kSoundShifted,
        .message = fmt::format("B's sound comes {:.1f} ms {} ({} samples, {:.2f} frames)",
                               std::abs(static_cast<double>(late)) / 1000,
                               late > 0 ? "late" : "early", std::abs(sound.lag_samples), frames)};
  }
  return std::nullopt;
}

constexpr std::array kNames{
    std::pair{FindingKind::kFramesMissing, "frames-missing"},
    std::pair{FindingKind::kFramesRepeated, "frames-repeated"},
    std::pair{FindingKind::kChunksSwapped, "chunks-swapped"},
    std::pair{FindingKind::kFramesMoved, "frames-moved"},
    std::pair{FindingKind::kMatrix, "colour-matrix"},
    std::pair{FindingKind::kRange, "colour-range"},
    std::pair{FindingKind::kChannelsSwapped, "colour-channels"},
    std::pair{FindingKind::kPixels, "pixels"},
    std::pair{FindingKind::kAlphaMissing, "alpha-missing"},
    std::pair{FindingKind::kSoundMissing, "sound-missing"},
    std::pair{FindingKind::kSoundShifted, "sound-shifted"},
    std::pair{FindingKind::kSoundDiffers, "sound-differs"},
    std::pair{FindingKind::kPicture, "picture"},
};

}  // namespace

std::string_view FindingName(FindingKind kind) {
  for (const auto& [row, name] : kNames) {
    if (row == kind) return name;
  }
  return "picture";
}

std::vector<Finding> Diagnose(const VideoComparison& comparison, const DiagnosisLimits& limits) {
  std::vector<Finding> findings;
  const auto add = [&findings](std::optional<Finding> finding) {
    if (finding) findings.push_back(std::move(*finding));
  };
  const VideoFacts& facts = comparison.b.source.video;
  const std::int64_t pixels = std::int64_t{facts.width} * facts.height;
  std::vector<bool> wrong;
  for (const PictureFigures& frame : comparison.frames) {
    wrong.push_back(JudgedPsnrDb(comparison, frame) < limits.frame_psnr_db);
  }
  const bool any_wrong = std::find(wrong.begin(), wrong.end(), true) != wrong.end();
  const bool same_count = comparison.a.decoded_frames == comparison.b.decoded_frames;
  if (comparison.same_size) {
    std::optional<Finding> colour;
    if (any_wrong || !SameColourTags(comparison)) colour = FindColourFault(comparison);
    // Another coding of the same colours is no fault.
    if (colour && !any_wrong) colour.reset();
    std::vector<bool> suspicious(comparison.signatures_b.size(), true);
    bool any_suspicious = !same_count && !colour;
    if (colour) {
      add(std::move(colour));
      wrong.assign(wrong.size(), false);
    }
    for (std::size_t i = 0; i < wrong.size() && findings.empty(); ++i) {
      suspicious[i] = wrong[i] || LooksMisplaced(comparison, i);
      any_suspicious = any_suspicious || suspicious[i];
    }
    if (any_suspicious) {
      for (Finding& finding : FindMisplacedFrames(comparison, suspicious)) {
        // What is explained by a frame's place is no wrong picture: from the first misplaced frame
        // on when the rest is shifted, else in the run alone.
        const auto first = static_cast<std::size_t>(finding.first_frame.value_or(0));
        const bool in_place = same_count && finding.kind != FindingKind::kFramesMissing;
        const std::size_t end =
            in_place ? first + static_cast<std::size_t>(finding.frames) : wrong.size();
        for (std::size_t i = first; i < std::min(end, wrong.size()); ++i) wrong[i] = false;
        add(std::move(finding));
      }
    }
    for (std::size_t i = 0; i < wrong.size(); ++i) {
      if (HasSpot(comparison.frames[i], pixels, limits.spot_error)) wrong[i] = false;
    }
    add(WrongPictures(comparison, wrong));
    add(Spots(comparison, limits));
  }
  add(MissingAlpha(comparison));
  add(SoundFault(comparison, limits));
  return findings;
}

}  // namespace hyperlocal::golden
