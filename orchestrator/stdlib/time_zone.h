#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::workflow {

// The rule of a time zone from its last recorded change on: POSIX TZ as RFC 8536 section 3.3
// extends it, "CET-1CEST,M3.5.0,M10.5.0/3". Seconds east of Greenwich.
class TimeZoneRule {
 public:
  // A rule without any text is UTC. Error: kInvalidConfig for text that is none.
  static Result<TimeZoneRule> Parse(std::string_view text);

  std::chrono::seconds OffsetAt(std::chrono::sys_seconds time) const;

 private:
  // When in a year daylight-saving time begins or ends.
  struct Change {
    enum class Form { kMonthWeekDay, kJulianWithoutLeapDay, kDayOfYear };
    Form form = Form::kMonthWeekDay;
    int month = 0;
    int week = 0;  // 5: the last one
    int day = 0;   // of the week (0 is Sunday), or of the year
    std::chrono::seconds time_of_day{7200};

    // Seconds since the year's first midnight, by the clock that is changed.
    std::chrono::seconds SinceNewYear(std::chrono::year year) const;
  };
  friend class TimeZoneRuleParser;

  std::chrono::seconds standard_{0};
  std::chrono::seconds daylight_{0};
  bool has_daylight_ = false;
  Change begin_;
  Change end_;
};

// A time zone of the IANA database, read from the system's compiled files (RFC 8536). C++20's own
// reader of it is not in GCC 12.
class TimeZone {
 public:
  // Reads `name` ("Europe/Berlin"; "UTC" is known without a file) below `database`. Error:
  // kNotFound for a name that the database does not have, kIo for a damaged file.
  static Result<TimeZone> Load(std::string_view name,
                               const std::string& database = "/usr/share/zoneinfo");

  // How far the zone's clocks are ahead of UTC.
  std::chrono::seconds OffsetAt(std::chrono::sys_seconds time) const;

 private:
  friend class TimeZoneFile;

  std::vector<std::int64_t> changes_;          // seconds since 1970, rising
  std::vector<std::chrono::seconds> offsets_;  // from each of them on
  std::chrono::seconds before_first_{0};
  TimeZoneRule after_last_;
  bool has_rule_ = false;
};

// The zone of a name, read once a process; may be called from several threads. Errors: as Load.
Result<std::shared_ptr<const TimeZone>> FindTimeZone(const std::string& name);

}  // namespace hyperlocal::workflow
