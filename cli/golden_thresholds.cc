#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <system_error>

#include "cli/golden_thresholds_internal.h"

namespace hyperlocal::cli {
namespace {

Result<std::optional<double>> Number(const CommandLine& line, std::string_view flag, double least,
                                     double most) {
  const std::optional<std::string> text = line.Value(flag);
  if (!text) return std::optional<double>();
  double number = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, failure] = std::from_chars(text->data(), end, number);
  if (failure != std::errc() || stopped != end || !std::isfinite(number) || number < least ||
      number > most) {
    return Error{ErrorCode::kUsage, fmt::format("--{} takes a number from {:g} to {:g}, not '{}'",
                                                flag, least, most, *text)};
  }
  return std::optional<double>(number);
}

}  // namespace

Result<golden::Thresholds> ThresholdsOf(const CommandLine& line, golden::Thresholds base) {
  HYPERLOCAL_TRY(const auto psnr, Number(line, "min-psnr", 0, 200));
  HYPERLOCAL_TRY(const auto frame_psnr, Number(line, "min-frame-psnr", 0, 200));
  HYPERLOCAL_TRY(const auto failures, Number(line, "max-frame-failures", 0, 1e9));
  HYPERLOCAL_TRY(const auto ssim, Number(line, "min-ssim", -1, 1));
  HYPERLOCAL_TRY(const auto correlation, Number(line, "min-audio-correlation", -1, 1));
  HYPERLOCAL_TRY(const auto lag, Number(line, "max-audio-lag", 0, 500));
  HYPERLOCAL_TRY(const auto spot, Number(line, "max-spot-error", 0, 256));
  if (psnr) base.min_psnr_db = *psnr;
  // A frame is judged as the whole is, unless it is said otherwise.
  if (psnr) base.min_frame_psnr_db = *psnr;
  if (frame_psnr) base.min_frame_psnr_db = *frame_psnr;
  if (failures) base.max_frame_failures = static_cast<std::int64_t>(*failures);
  if (ssim) base.min_ssim = *ssim;
  if (correlation) base.min_audio_correlation = *correlation;
  if (lag) {
    base.max_audio_lag = std::chrono::microseconds(static_cast<std::int64_t>(*lag * 1000));
  }
  base.audio_asked_for = correlation.has_value() || lag.has_value();
  if (spot) base.max_spot_error = static_cast<int>(*spot);
  return base;
}

}  // namespace hyperlocal::cli
