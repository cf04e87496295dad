#include "orchestrator/stdlib/time_zone.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <utility>

namespace hyperlocal::workflow {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// Reads the text of a rule from left to right.
class TimeZoneRuleParser {
 public:
  explicit TimeZoneRuleParser(std::string_view text) : text_(text) {}

  Result<TimeZoneRule> Rule() {
    TimeZoneRule rule;
    if (text_.empty()) return rule;
    if (!Name()) return Wrong();
    // Written the other way round: hours to add to local time.
    if (!Time(rule.standard_)) return Wrong();
    rule.standard_ = -rule.standard_;
    if (text_.empty()) return rule;
    rule.has_daylight_ = true;
    if (!Name()) return Wrong();
    rule.daylight_ = rule.standard_ + std::chrono::hours(1);
    if (!text_.empty() && text_[0] != ',') {
      if (!Time(rule.daylight_)) return Wrong();
      rule.daylight_ = -rule.daylight_;
    }
    if (!Next(',') || !ChangeOfYear(rule.begin_)) return Wrong();
    if (!Next(',') || !ChangeOfYear(rule.end_)) return Wrong();
    if (!text_.empty()) return Wrong();
    return rule;
  }

 private:
  static Error Wrong() { return Error{ErrorCode::kInvalidConfig, "not a time zone rule"}; }

  bool Next(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool Name() {
    if (Next('<')) {
      const std::size_t end = text_.find('>');
      if (end == std::string_view::npos) return false;
      text_.remove_prefix(end + 1);
      return true;
    }
    std::size_t letters = 0;
    while (letters < text_.size() && std::isalpha(static_cast<unsigned char>(text_[letters]))) {
      ++letters;
    }
    text_.remove_prefix(letters);
    return letters >= 3;
  }
  bool Number(int& number) {
    std::size_t digits = 0;
    number = 0;
    while (digits < text_.size() && digits < 4 && text_[digits] >= '0' && text_[digits] <= '9') {
      number = number * 10 + (text_[digits] - '0');
      ++digits;
    }
    text_.remove_prefix(digits);
    return digits > 0;
  }
  // [+-]h[:m[:s]]
  bool Time(seconds& time) {
    const bool negative = Next('-');
    if (!negative) Next('+');
    int hours = 0;
    int minutes = 0;
    int rest = 0;
    if (!Number(hours)) return false;
    if (Next(':') && !Number(minutes)) return false;
    if (Next(':') && !Number(rest)) return false;
    time = std::chrono::hours(hours) + std::chrono::minutes(minutes) + seconds(rest);
    if (negative) time = -time;
    return true;
  }
  bool ChangeOfYear(TimeZoneRule::Change& change) {
    if (Next('M')) {
      change.form = TimeZoneRule::Change::Form::kMonthWeekDay;
      if (!Number(change.month) || !Next('.') || !Number(change.week) || !Next('.') ||
          !Number(change.day)) {
        return false;
      }
      if (change.month < 1 || change.month > 12 || change.week < 1 || change.week > 5 ||
          change.day > 6) {
        return false;
      }
    } else {
      change.form = Next('J') ? TimeZoneRule::Change::Form::kJulianWithoutLeapDay
                              : TimeZoneRule::Change::Form::kDayOfYear;
      if (!Number(change.day) || change.day > 365) return false;
    }
    return !Next('/') || Time(change.time_of_day);
  }

  std::string_view text_;
};

seconds TimeZoneRule::Change::SinceNewYear(std::chrono::year year) const {
  const sys_days new_year(year / std::chrono::January / 1);
  int days = day;
  if (form == Form::kMonthWeekDay) {
    const auto month_of_year = std::chrono::month(static_cast<unsigned>(month));
    const std::chrono::weekday weekday(static_cast<unsigned>(day));
    const sys_days date =
        week == 5 ? sys_days(year / month_of_year / weekday[std::chrono::last])
                  : sys_days(year / month_of_year / weekday[static_cast<unsigned>(week)]);
    days = static_cast<int>((date - new_year).count());
  } else if (form == Form::kJulianWithoutLeapDay) {
    // Day 60 is always the first of March.
    days = day - 1 + (year.is_leap() && day >= 60 ? 1 : 0);
  }
  return std::chrono::days(days) + time_of_day;
}

Result<TimeZoneRule> TimeZoneRule::Parse(std::string_view text) {
  return TimeZoneRuleParser(text).Rule();
}

seconds TimeZoneRule::OffsetAt(sys_seconds time) const {
  if (!has_daylight_) return standard_;
  const auto local_day = std::chrono::floor<std::chrono::days>(time + standard_);
  const std::chrono::year year = std::chrono::year_month_day(local_day).year();
  const sys_seconds new_year = sys_days(year / std::chrono::January / 1);
  const sys_seconds begin = new_year + begin_.SinceNewYear(year) - standard_;
  const sys_seconds end = new_year + end_.SinceNewYear(year) - daylight_;
  const bool daylight = begin < end ? time >= begin && time < end : !(time >= end && time < begin);
  return daylight ? daylight_ : standard_;
}

// Reads the version 2 part of a compiled file; version 1 ends in 2038 and is skipped.
class TimeZoneFile {
 public:
  explicit TimeZoneFile(std::string_view bytes) : bytes_(bytes) {}

  Result<TimeZone> Read(std::string_view name) {
    const auto damaged = [name](std::string_view what) {
      return Error{ErrorCode::kIo, fmt::format("the time zone file of {} {}", name, what)};
    };
    Header header;
    if (!ReadHeader(header)) return damaged("is no such file");
    if (header.version < 2) return damaged("is of the old version 1");
    if (!Skip(DataBytes(header, 4)) || !ReadHeader(header) || header.types == 0) {
      return damaged("ends early");
    }
    const std::size_t start = at_;
    if (!Skip(DataBytes(header, 8))) return damaged("ends early");
    const std::string_view footer = bytes_.substr(at_);
    at_ = start;

    TimeZone zone;
    for (std::size_t i = 0; i < header.changes; ++i) zone.changes_.push_back(Integer(8));
    if (!std::is_sorted(zone.changes_.begin(), zone.changes_.end())) {
      return damaged("is not in order");
    }
    std::vector<std::size_t> type_of_change;
    for (std::size_t i = 0; i < header.changes; ++i) {
      type_of_change.push_back(static_cast<std::size_t>(Integer(1) & 0xFF));
    }
    std::vector<seconds> offset_of_type;
    for (std::size_t i = 0; i < header.types; ++i) {
      offset_of_type.emplace_back(Integer(4));
      at_ += 2;  // whether it is daylight-saving time, and its abbreviation
    }
    for (const std::size_t type : type_of_change) {
      if (type >= offset_of_type.size()) return damaged("names a type that it does not have");
      zone.offsets_.push_back(offset_of_type[type]);
    }
    zone.before_first_ = offset_of_type[0];
    if (footer.size() >= 2 && footer.starts_with('\n')) {
      const std::string_view text = footer.substr(1, footer.find('\n', 1) - 1);
      Result<TimeZoneRule> rule = TimeZoneRule::Parse(text);
      if (rule && !text.empty()) {
        zone.after_last_ = *rule;
        zone.has_rule_ = true;
      }
    }
    return zone;
  }

 private:
  struct Header {
    int version = 1;
    std::size_t utc_flags = 0;
    std::size_t standard_flags = 0;
    std::size_t leap_seconds = 0;
    std::size_t changes = 0;
    std::size_t types = 0;
    std::size_t characters = 0;
  };

  static std::size_t DataBytes(const Header& header, std::size_t time_bytes) {
    return header.changes * (time_bytes + 1) + header.types * 6 + header.characters +
           header.leap_seconds * (time_bytes + 4) + header.standard_flags + header.utc_flags;
  }
  bool Skip(std::size_t count) {
    if (count > bytes_.size() - at_) return false;
    at_ += count;
    return true;
  }
  // Big-endian with a sign. The caller has made sure that the bytes are there.
  std::int64_t Integer(std::size_t count) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bits = bits << 8 | static_cast<unsigned char>(bytes_[at_ + i]);
    }
    at_ += count;
    const auto unused = static_cast<unsigned>(64 - 8 * count);
    return std::bit_cast<std::int64_t>(bits << unused) >> unused;
  }
  bool ReadHeader(Header& header) {
    if (bytes_.size() - at_ < 44 || bytes_.substr(at_, 4) != "TZif") return false;
    const char version = bytes_[at_ + 4];
    header.version = version >= '2' && version <= '9' ? version - '0' : 1;
    at_ += 20;
    for (std::size_t* const count :
         {&header.utc_flags, &header.standard_flags, &header.leap_seconds, &header.changes,
          &header.types, &header.characters}) {
      const std::int64_t number = Integer(4);
      // Real files have a few hundred of each.
      if (number < 0 || number > 100'000) return false;
      *count = static_cast<std::size_t>(number);
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

Result<TimeZone> TimeZone::Load(std::string_view name, const std::string& database) {
  if (name == "UTC") return TimeZone();
  const bool plain = !name.empty() && !name.starts_with('/') &&
                     name.find("..") == std::string_view::npos &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return std::isalnum(static_cast<unsigned char>(c)) ||
                              std::string_view("_+-/").find(c) != std::string_view::npos;
                     });
  const auto unknown = [name] {
    return Error{ErrorCode::kNotFound, fmt::format("{} is not a time zone", name)};
  };
  if (!plain) return unknown();
  std::ifstream in(database + "/" + std::string(name), std::ios::binary);
  std::ostringstream bytes;
  if (!in || !(bytes << in.rdbuf())) return unknown();
  return TimeZoneFile(bytes.view()).Read(name);
}

seconds TimeZone::OffsetAt(sys_seconds time) const {
  const std::int64_t second = time.time_since_epoch().count();
  const auto after = std::upper_bound(changes_.begin(), changes_.end(), second);
  if (after == changes_.end() && has_rule_) return after_last_.OffsetAt(time);
  if (after == changes_.begin()) return before_first_;
  return offsets_[static_cast<std::size_t>(after - changes_.begin()) - 1];
}

Result<std::shared_ptr<const TimeZone>> FindTimeZone(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const TimeZone>> zones;
  const std::lock_guard lock(mutex);
  if (const auto found = zones.find(name); found != zones.end()) return found->second;
  HYPERLOCAL_TRY(TimeZone zone, TimeZone::Load(name));
  auto shared = std::make_shared<const TimeZone>(std::move(zone));
  zones.emplace(name, shared);
  return shared;
}

}  // namespace hyperlocal::workflow
