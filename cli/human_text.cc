#include "cli/human_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace hyperlocal::cli {
namespace {

using std::chrono::milliseconds;

std::string LongDuration(std::int64_t seconds) {
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
}

}  // namespace

std::string FormatDuration(milliseconds duration, DurationStyle style) {
  const std::int64_t ms = std::max<std::int64_t>(0, duration.count());
  const std::int64_t tenths_below = style == DurationStyle::kPrecise ? 60'000 : 10'000;
  // Truncated, not rounded: "9.9 s" is followed by "10 s", and a clock never runs ahead.
  if (ms < tenths_below) return fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
  if (ms < 60'000) return fmt::format("{} s", ms / 1000);
  return LongDuration(ms / 1000);
}

std::string FormatRemaining(milliseconds duration) {
  const std::int64_t seconds = std::max<std::int64_t>(1, (duration.count() + 999) / 1000);
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return LongDuration((seconds + 9) / 10 * 10);
  return LongDuration(seconds);
}

std::string FormatBytes(std::int64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  static constexpr std::array kUnits{"kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return value < 9.95 ? fmt::format("{:.1f} {}", value, kUnits[unit])
                      : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string FormatRate(FrameRate rate) {
  if (rate.den == 1 || rate.den == 0) return fmt::format("{}", rate.num);
  std::string text = fmt::format("{:.2f}", static_cast<double>(rate.num) / rate.den);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string FormatSpeed(double frames_per_second) {
  return frames_per_second < 99.95 ? fmt::format("{:.1f}", frames_per_second)
                                   : fmt::format("{:.0f}", frames_per_second);
}

std::string Counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string WithoutControls(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C1 controls are U+0080..U+009F: two bytes in UTF-8, the first of them C2.
    const bool c1 = c == 0xC2 && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                    static_cast<unsigned char>(text[i + 1]) <= 0x9F;
    if (c == '\n') {
      safe += '\n';
    } else if (c == '\t') {
      safe += ' ';
    } else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      continue;
    } else if (c < 0x20 || c == 0x7F) {
      safe += '?';
    } else if (c1) {
      safe += '?';
      ++i;
    } else {
      safe += text[i];
    }
  }
  return safe;
}

std::string ShellQuoted(std::string_view argument) {
  const bool harmless =
      !argument.empty() && std::all_of(argument.begin(), argument.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_./=:,+@%").find(static_cast<char>(c)) != std::string_view::npos;
      });
  if (harmless) return std::string(argument);
  std::string quoted = "'";
  for (const char c : argument) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace hyperlocal::cli
