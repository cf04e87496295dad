#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/frame/frame.h"

namespace hyperlocal::cli {

// "0.4 s", "42 s", "3 min 07 s", "1 h 02 min": tenths below ten seconds, for something that is
// counting. With kPrecise, tenths below a minute, for something that is over. Negative durations
// read as zero.
enum class DurationStyle { kCounting, kPrecise };
std::string FormatDuration(std::chrono::milliseconds duration,
                           DurationStyle style = DurationStyle::kCounting);

// A time to come, which is never known to the tenth: "1 s", "42 s", "3 min 10 s" (in steps of ten),
// "1 h 02 min".
std::string FormatRemaining(std::chrono::milliseconds duration);

// Decimal units, as file managers show them: "640 B", "113 kB", "3.2 MB".
std::string FormatBytes(std::int64_t bytes);

// "30", "29.97"; and for a measured speed "8.4", "112".
std::string FormatRate(FrameRate rate);
std::string FormatSpeed(double frames_per_second);

// "1 frame", "2 frames".
std::string Counted(std::int64_t count, std::string_view noun);

// Text from a page or from Chrome, safe to show: control characters (escape sequences among them)
// become '?', tabs a space; line feeds stay. Invalid UTF-8 is left alone, terminals cope with it.
std::string WithoutControls(std::string_view text);

// An argument as a POSIX shell takes it: bare when harmless, else in single quotes.
std::string ShellQuoted(std::string_view argument);

}  // namespace hyperlocal::cli
