#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal {

// "2026-01-02T03:04:05.678Z", as JavaScript's toISOString writes it: in UTC, with milliseconds.
std::string FormatTimestamp(std::chrono::system_clock::time_point time);

// RFC 3339, as Google's APIs write it ("2026-01-02T03:04:05.678901234Z", or an offset instead of
// the Z); to microseconds. Nothing for any other text.
std::optional<std::chrono::system_clock::time_point> ParseTimestamp(std::string_view text);

}  // namespace hyperlocal
