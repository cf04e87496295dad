#include <charconv>

#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/xml_date_internal.h"

namespace hyperlocal::gcs {

std::optional<Timestamp> ParseHttpDate(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29) return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t count) {
    int value = -1;
    std::from_chars(text.data() + at, text.data() + at + count, value);
    return value;
  };
  using namespace std::chrono;
  const std::size_t month_at = kMonths.find(text.substr(8, 3));
  if (month_at == std::string_view::npos || month_at % 3 != 0) return std::nullopt;
  const year_month_day day{year(number(12, 4)), month(static_cast<unsigned>(month_at / 3 + 1)),
                           std::chrono::day(static_cast<unsigned>(number(5, 2)))};
  if (!day.ok()) return std::nullopt;
  const Timestamp time =
      sys_days(day) + hours(number(17, 2)) + minutes(number(20, 2)) + seconds(number(23, 2));
  // Whatever is not exactly what a date is written as is none.
  if (HttpDate(time) != text) return std::nullopt;
  return time;
}

}  // namespace hyperlocal::gcs
