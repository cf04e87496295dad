#include "adapters/gcp/workflows/timestamp.h"

#include <cstdint>

#include <fmt/format.h>

namespace hyperlocal {
namespace {

namespace chrono = std::chrono;

// The number in `digits` characters at the front of `text`, which are taken away; -1: none.
int TakeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string FormatTimestamp(chrono::system_clock::time_point time) {
  const auto milliseconds = chrono::floor<chrono::milliseconds>(time);
  const auto day = chrono::floor<chrono::days>(milliseconds);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(milliseconds - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<chrono::system_clock::time_point> ParseTimestamp(std::string_view text) {
  const int year = TakeNumber(text, 4);
  if (year < 0 || !Take(text, '-')) return std::nullopt;
  const int month = TakeNumber(text, 2);
  if (month < 0 || !Take(text, '-')) return std::nullopt;
  const int day = TakeNumber(text, 2);
  if (day < 0 || (!Take(text, 'T') && !Take(text, 't'))) return std::nullopt;
  const int hour = TakeNumber(text, 2);
  if (hour < 0 || hour > 23 || !Take(text, ':')) return std::nullopt;
  const int minute = TakeNumber(text, 2);
  if (minute < 0 || minute > 59 || !Take(text, ':')) return std::nullopt;
  const int second = TakeNumber(text, 2);
  if (second < 0 || second > 60) return std::nullopt;
  std::int64_t microseconds = 0;
  if (Take(text, '.')) {
    std::int64_t unit = 100'000;
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      microseconds += unit * (text.front() - '0');
      unit /= 10;
      text.remove_prefix(1);
    }
  }
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  chrono::system_clock::time_point time = chrono::sys_days(date) + chrono::hours(hour) +
                                          chrono::minutes(minute) + chrono::seconds(second) +
                                          chrono::microseconds(microseconds);
  if (text == "Z" || text == "z") return time;
  const int sign = Take(text, '+') ? 1 : Take(text, '-') ? -1 : 0;
  const int hours = TakeNumber(text, 2);
  if (sign == 0 || hours < 0 || hours > 23 || !Take(text, ':')) return std::nullopt;
  const int minutes = TakeNumber(text, 2);
  if (minutes < 0 || minutes > 59 || !text.empty()) return std::nullopt;
  return time - sign * (chrono::hours(hours) + chrono::minutes(minutes));
}

}  // namespace hyperlocal
