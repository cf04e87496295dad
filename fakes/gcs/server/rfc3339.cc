#include <array>
#include <chrono>

#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::microseconds;
using std::chrono::seconds;
using std::chrono::year_month_day;

// What the system clock's nanoseconds since 1970 can hold in 64 bits, in whole years.
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

void AppendDigits(std::string& text, int value, int width) {
  std::array<char, 8> digits;
  for (int i = width - 1; i >= 0; --i) {
    digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  text.append(digits.data(), static_cast<std::size_t>(width));
}

// Reads `count` digits, or fails.
bool TakeNumber(std::string_view& text, std::size_t count, int& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool Take(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string Rfc3339(Timestamp time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<std::chrono::milliseconds>(time) - day);
  std::string text;
  AppendDigits(text, static_cast<int>(date.year()), 4);
  text += '-';
  AppendDigits(text, static_cast<int>(static_cast<unsigned>(date.month())), 2);
  text += '-';
  AppendDigits(text, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  text += 'T';
  AppendDigits(text, static_cast<int>(clock.hours().count()), 2);
  text += ':';
  AppendDigits(text, static_cast<int>(clock.minutes().count()), 2);
  text += ':';
  AppendDigits(text, static_cast<int>(clock.seconds().count()), 2);
  text += '.';
  AppendDigits(text, static_cast<int>(clock.subseconds().count()), 3);
  text += 'Z';
  return text;
}

std::optional<Timestamp> ParseRfc3339(std::string_view text) {
  int year, month, day, hour, minute, second;
  if (!TakeNumber(text, 4, year) || !Take(text, "-") || !TakeNumber(text, 2, month) ||
      !Take(text, "-") || !TakeNumber(text, 2, day) || !Take(text, "Tt ") ||
      !TakeNumber(text, 2, hour) || !Take(text, ":") || !TakeNumber(text, 2, minute) ||
      !Take(text, ":") || !TakeNumber(text, 2, second)) {
    return std::nullopt;
  }
  microseconds fraction{0};
  if (Take(text, ".")) {
    microseconds unit = seconds(1);
    int digit;
    if (!TakeNumber(text, 1, digit)) return std::nullopt;
    do {
      unit /= 10;
      fraction += unit * digit;
    } while (TakeNumber(text, 1, digit));
  }
  std::chrono::minutes offset{0};
  if (!Take(text, "Zz")) {
    const bool west = text.starts_with('-');
    int offset_hours, offset_minutes;
    if (!Take(text, "+-") || !TakeNumber(text, 2, offset_hours) || !Take(text, ":") ||
        !TakeNumber(text, 2, offset_minutes) || offset_hours > 23 || offset_minutes > 59) {
      return std::nullopt;
    }
    offset = std::chrono::minutes(offset_hours * 60 + offset_minutes) * (west ? -1 : 1);
  }
  const year_month_day date(std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (year < kFirstYear || year > kLastYear) return std::nullopt;
  if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date) + std::chrono::hours(hour) +
                   std::chrono::minutes(minute) + seconds(second) - offset + fraction);
}

std::string HttpDate(Timestamp time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time) - day);
  std::string text(kDays[std::chrono::weekday(day).c_encoding()]);
  text += ", ";
  AppendDigits(text, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  text += ' ';
  text += kMonths[static_cast<unsigned>(date.month()) - 1];
  text += ' ';
  AppendDigits(text, static_cast<int>(date.year()), 4);
  text += ' ';
  AppendDigits(text, static_cast<int>(clock.hours().count()), 2);
  text += ':';
  AppendDigits(text, static_cast<int>(clock.minutes().count()), 2);
  text += ':';
  AppendDigits(text, static_cast<int>(clock.seconds().count()), 2);
  text += " GMT";
  return text;
}

}  // namespace hyperlocal::gcs
