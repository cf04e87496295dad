#include "cli/profile_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/human_text.h"
#include "cli/styled_line.h"
#include "engine/file/whole_file.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::ordered_json;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

using TimePoint = std::chrono::steady_clock::time_point;

TimePoint StartOf(const std::vector<ProfileSpan>& spans) {
  TimePoint start = TimePoint::max();
  for (const ProfileSpan& span : spans) start = std::min(start, span.start);
  return start;
}

// A thread is called after what it does for most of the time.
std::map<int, std::string_view> ThreadNames(const std::vector<ProfileSpan>& spans) {
  std::map<int, std::map<WorkKind, std::chrono::nanoseconds>> times;
  for (const ProfileSpan& span : spans) times[span.thread][span.kind] += span.end - span.start;
  std::map<int, std::string_view> names;
  for (const auto& [thread, by_kind] : times) {
    const auto most = std::max_element(
        by_kind.begin(), by_kind.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; });
    names[thread] = WorkName(most->first);
  }
  return names;
}

// Of every kind, without what the spans inside a span took.
std::map<WorkKind, std::chrono::nanoseconds> OwnTimes(std::vector<ProfileSpan> spans) {
  std::sort(spans.begin(), spans.end(), [](const ProfileSpan& a, const ProfileSpan& b) {
    if (a.thread != b.thread) return a.thread < b.thread;
    return a.start != b.start ? a.start < b.start : a.end > b.end;
  });
  std::map<WorkKind, std::chrono::nanoseconds> own;
  std::vector<const ProfileSpan*> open;  // of one thread, each inside the one before
  for (const ProfileSpan& span : spans) {
    // A workflow's steps wait for the work of others.
    if (span.kind == WorkKind::kWorkflow) continue;
    while (!open.empty() && (open.back()->thread != span.thread || open.back()->end <= span.start))
      open.pop_back();
    own[span.kind] += span.end - span.start;
    if (!open.empty()) own[open.back()->kind] -= span.end - span.start;
    open.push_back(&span);
  }
  return own;
}

}  // namespace

Status WriteProfile(const std::filesystem::path& file, const std::vector<ProfileSpan>& spans) {
  const TimePoint start = StartOf(spans);
  const auto since_start = [start](TimePoint time) {
    return duration_cast<microseconds>(time - start).count();
  };
  ordered_json events = ordered_json::array();
  for (const auto& [thread, name] : ThreadNames(spans)) {
    events.push_back({{"name", "thread_name"},
                      {"ph", "M"},
                      {"pid", 1},
                      {"tid", thread},
                      {"args", {{"name", name}}}});
  }
  for (const ProfileSpan& span : spans) {
    ordered_json event{{"name", span.name},
                       {"cat", WorkName(span.kind)},
                       {"ph", "X"},
                       {"ts", since_start(span.start)},
                       {"dur", duration_cast<microseconds>(span.end - span.start).count()},
                       {"pid", 1},
                       {"tid", span.thread}};
    if (!span.detail.empty()) event["args"] = {{"detail", span.detail}};
    events.push_back(std::move(event));
  }
  const ordered_json document{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}};
  return WriteWholeFile(
      file, document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n');
}

std::string ProfileSummary(const std::vector<ProfileSpan>& spans, const std::filesystem::path& file,
                           bool color) {
  const auto own = OwnTimes(spans);
  std::chrono::nanoseconds all{0};
  std::vector<std::pair<std::chrono::nanoseconds, WorkKind>> order;
  for (const auto& [kind, time] : own) {
    all += time;
    order.emplace_back(time, kind);
  }
  std::sort(order.rbegin(), order.rend());
  std::string shares;
  for (const auto& [time, kind] : order) {
    if (time * 100 < all) continue;
    shares +=
        fmt::format("{}{} {} ({:.0f} %)", shares.empty() ? "" : ", ", WorkName(kind),
                    FormatDuration(duration_cast<milliseconds>(time), DurationStyle::kPrecise),
                    100.0 * static_cast<double>(time.count()) /
                        static_cast<double>(std::max<std::int64_t>(all.count(), 1)));
  }
  StyledLine line;
  line.Add("Profile ", Style::kBold)
      .Add(shares.empty() ? "nothing was worked on" : shares)
      .Add(fmt::format(" · {}", file.string()), Style::kDim);
  return line.Render(color) + '\n';
}

}  // namespace hyperlocal::cli
