#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal::workflow {

// A moment in a text of RFC 3339 ("2024-07-12T12:50:33.5+02:00"), to the nanosecond; more digits
// are cut off. Nothing for other text and for days and times that do not exist.
std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> ParseRfc3339(std::string_view text);

// Seconds since 1970 as the double that is next to them. (Nanoseconds of 64 bits do not fit into a
// double, so seconds and fraction are converted apart.)
double EpochSeconds(std::chrono::sys_time<std::chrono::nanoseconds> time);

// ParseRfc3339 the other way round with six digits of fraction, as time.format writes:
// "…:33.000000Z" at no offset, "…:33.000000+02:00" else. The moment must lie in the years 1 to
// 9999.
std::string FormatRfc3339(std::chrono::sys_time<std::chrono::microseconds> time,
                          std::chrono::seconds offset);

}  // namespace hyperlocal::workflow
