#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "orchestrator/stdlib/library_internal.h"
#include "orchestrator/stdlib/time_text.h"
#include "orchestrator/stdlib/time_zone.h"

namespace hyperlocal::workflow::library {
namespace {

// The years 1 and 9999, with a day to spare for the offsets.
constexpr double kEarliest = -62135510400.0;
constexpr double kLatest = 253402214400.0;

}  // namespace

Raising<Value> TimeFormat(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const double moment, arguments.Number(0));
  std::string name = "UTC";
  if (arguments.Find(1) != nullptr) {
    HYPERLOCAL_TRY(const std::string* const given, arguments.String(1));
    name = *given;
  }
  if (!(moment >= kEarliest && moment <= kLatest)) {
    return arguments.WrongValue(0, "is not a time of the years 1 to 9999");
  }
  const Result<std::shared_ptr<const TimeZone>> zone = FindTimeZone(name);
  if (!zone) return arguments.WrongValue(1, "cannot be used: " + zone.error().message);
  const double whole = std::floor(moment);
  const std::chrono::sys_seconds second{std::chrono::seconds(static_cast<std::int64_t>(whole))};
  const auto fraction = std::chrono::microseconds(std::llround((moment - whole) * 1e6));
  return Value(FormatRfc3339(second + fraction, zone.value()->OffsetAt(second)));
}

Raising<Value> TimeParse(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const text, arguments.String(0));
  const auto time = ParseRfc3339(*text);
  if (!time) return arguments.WrongValue(0, "is not a time of RFC 3339: " + *text);
  return Value(EpochSeconds(*time));
}

}  // namespace hyperlocal::workflow::library
