#include "orchestrator/stdlib/time_text.h"

#include <fmt/core.h>

#include <cstdlib>

namespace hyperlocal::workflow {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool Digits(std::size_t count, int& number) {
    if (text_.size() < count) return false;
    number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      number = number * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return true;
  }
  bool Next(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  // The digits behind a point, in nanoseconds.
  bool Fraction(std::chrono::nanoseconds& fraction) {
    std::int64_t unit = 100'000'000;
    std::int64_t sum = 0;
    std::size_t count = 0;
    while (count < text_.size() && text_[count] >= '0' && text_[count] <= '9') {
      sum += (text_[count] - '0') * unit;
      unit /= 10;
      ++count;
    }
    text_.remove_prefix(count);
    fraction = std::chrono::nanoseconds(sum);
    return count > 0;
  }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> ParseRfc3339(std::string_view text) {
  Reader reader(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!reader.Digits(4, year) || !reader.Next('-') || !reader.Digits(2, month) ||
      !reader.Next('-') || !reader.Digits(2, day)) {
    return std::nullopt;
  }
  if (!reader.Next('T') && !reader.Next('t') && !reader.Next(' ')) return std::nullopt;
  if (!reader.Digits(2, hour) || !reader.Next(':') || !reader.Digits(2, minute) ||
      !reader.Next(':') || !reader.Digits(2, second)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  // Nanoseconds of 64 bits reach from 1678 to 2261.
  if (!date.ok() || year < 1678 || year > 2261 || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  std::chrono::nanoseconds fraction{0};
  if (reader.Next('.') && !reader.Fraction(fraction)) return std::nullopt;
  std::chrono::minutes offset{0};
  if (!reader.Next('Z') && !reader.Next('z')) {
    const bool behind = reader.Next('-');
    int hours = 0;
    int minutes = 0;
    if (!behind && !reader.Next('+')) return std::nullopt;
    if (!reader.Digits(2, hours) || !reader.Next(':') || !reader.Digits(2, minutes) || hours > 23 ||
        minutes > 59) {
      return std::nullopt;
    }
    offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (behind) offset = -offset;
  }
  if (!reader.done()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
}

double EpochSeconds(std::chrono::sys_time<std::chrono::nanoseconds> time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return static_cast<double>(second.time_since_epoch().count()) +
         static_cast<double>((time - second).count()) / 1e9;
}

std::string FormatRfc3339(std::chrono::sys_time<std::chrono::microseconds> time,
                          std::chrono::seconds offset) {
  const auto local = time + offset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(local - day);
  std::string text = fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
      clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
  if (offset.count() == 0) return text + "Z";
  const std::int64_t minutes = std::abs(offset.count()) / 60;
  text += fmt::format("{}{:02}:{:02}", offset.count() < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return text;
}

}  // namespace hyperlocal::workflow
