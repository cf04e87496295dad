#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "golden/frame_order_internal.h"

namespace hyperlocal::golden {
namespace {

// How far from its place a frame is looked for.
constexpr std::int64_t kReach = 600;
// A frame is another one's if that one is nearer by this factor than the frame at its own index.
constexpr double kNearer = 0.5;

// B's frames [start, end) show A's frames from start + offset on.
struct Run {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t offset = 0;
  std::int64_t frames() const { return end - start; }
};

std::string Frames(std::int64_t first, std::int64_t count) {
  return count == 1 ? fmt::format("frame {}", first)
                    : fmt::format("frames {} to {}", first, first + count - 1);
}

// Which frame of A each frame of B shows; -1: none that can be told.
std::vector<std::int64_t> Places(const VideoComparison& comparison,
                                 const std::vector<bool>& suspicious) {
  const auto& a = comparison.signatures_a;
  const auto& b = comparison.signatures_b;
  const auto count_a = static_cast<std::int64_t>(a.size());
  const auto count_b = static_cast<std::int64_t>(b.size());
  std::vector<std::int64_t> places(b.size(), -1);
  for (std::int64_t j = 0; j < count_b; ++j) {
    const auto at = static_cast<std::size_t>(j);
    const bool has_own = j < count_a;
    const double own =
        has_own ? SignatureDistance(a[at], b[at]) : std::numeric_limits<double>::infinity();
    double nearest = own;
    const bool belongs = has_own && !suspicious[at];
    const std::int64_t last = belongs ? -1 : std::min(count_a - 1, j + kReach);
    for (std::int64_t i = std::max<std::int64_t>(0, j - kReach); i <= last; ++i) {
      nearest = std::min(nearest, SignatureDistance(a[static_cast<std::size_t>(i)], b[at]));
    }
    if (!belongs && has_own && nearest > own * kNearer) continue;
    // Of several that are as near, the one that goes on from the frame before.
    const double as_near = nearest * 1.2 + 0.5;
    const auto fits = [&](std::int64_t i) {
      return i >= 0 && i < count_a && std::abs(i - j) <= kReach &&
             SignatureDistance(a[static_cast<std::size_t>(i)], b[at]) <= as_near;
    };
    const std::int64_t before = j > 0 ? places[at - 1] : -1;
    if (before >= 0 && fits(before + 1)) {
      places[at] = before + 1;
    } else if (belongs) {
      places[at] = j;
    } else if (before >= 0 && fits(before)) {
      places[at] = before;
    } else {
      for (std::int64_t d = 0; d <= kReach && places[at] < 0; ++d) {
        if (fits(j + d)) places[at] = j + d;
        if (places[at] < 0 && fits(j - d)) places[at] = j - d;
      }
    }
    // A frame beyond the end of A that looks like nothing in it is not misplaced.
    if (!has_own && nearest > 64) places[at] = -1;
  }
  return places;
}

std::vector<Run> RunsOf(const std::vector<std::int64_t>& places) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto j = static_cast<std::int64_t>(i);
    if (places[i] < 0) continue;
    const std::int64_t offset = places[i] - j;
    if (!runs.empty() && runs.back().end == j && runs.back().offset == offset) {
      ++runs.back().end;
    } else {
      runs.push_back(Run{.start = j, .end = j + 1, .offset = offset});
    }
  }
  return runs;
}

// Two neighbouring runs that show each other's frames.
bool AreSwapped(const Run& first, const Run& second) {
  return first.end == second.start && first.offset == second.frames() &&
         second.offset == -first.frames();
}

}  // namespace

double SignatureDistance(const PictureSignature& a, const PictureSignature& b) {
  const auto mean = [](const std::vector<std::int16_t>& x, const std::vector<std::int16_t>& y) {
    if (x.size() != y.size() || x.empty()) return 0.0;
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += std::abs(x[i] - y[i]);
    return static_cast<double>(sum) / static_cast<double>(x.size());
  };
  return mean(a.luma, b.luma) + 0.5 * mean(a.cb, b.cb) + 0.5 * mean(a.cr, b.cr);
}

std::vector<Finding> FindMisplacedFrames(const VideoComparison& comparison,
                                         const std::vector<bool>& suspicious) {
  std::vector<Finding> findings;
  const std::vector<Run> runs = RunsOf(Places(comparison, suspicious));
  const auto add = [&findings](FindingKind kind, std::string message, std::int64_t first,
                               std::int64_t frames) {
    findings.push_back(Finding{
        .kind = kind, .message = std::move(message), .first_frame = first, .frames = frames});
  };
  std::int64_t expected = 0;  // the offset of what comes before
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    if (run.offset == expected) continue;
    if (i + 1 < runs.size() && AreSwapped(run, runs[i + 1])) {
      const Run& next = runs[i + 1];
      add(FindingKind::kChunksSwapped,
          fmt::format("{} of B are {} of A, and {} are {}: two chunks have changed places",
                      Frames(run.start, run.frames()), Frames(run.start + run.offset, run.frames()),
                      Frames(next.start, next.frames()),
                      Frames(next.start + next.offset, next.frames())),
          run.start, run.frames() + next.frames());
      ++i;
      continue;
    }
    // What the rest of the video does tells a shift from a frame that is wrong in its place.
    const bool lasts = i + 1 == runs.size() || runs[i + 1].offset == run.offset;
    const std::int64_t shift = run.offset - expected;
    if (shift < 0) {
      const std::int64_t shown = run.start + run.offset;
      const bool again = run.frames() <= -shift && !lasts;
      if (again || lasts || (i + 1 < runs.size() && runs[i + 1].offset != expected)) {
        const std::int64_t count = again ? run.frames() : -shift;
        add(FindingKind::kFramesRepeated,
            fmt::format(
                "{} of B {} {} of A again{}", Frames(run.start, count),
                count == 1 ? "shows" : "show", Frames(shown, count),
                again ? "; what belongs there is missing"
                      : fmt::format(", and all that follows comes {} late",
                                    count == 1 ? "a frame" : fmt::format("{} frames", count))),
            run.start, count);
        if (!again) expected = run.offset;
        continue;
      }
    }
    if (shift > 0 && (lasts || run.frames() > shift)) {
      add(FindingKind::kFramesMissing,
          fmt::format("{} of A {} missing in B, between its frames {} and {}",
                      Frames(run.start + expected, shift), shift == 1 ? "is" : "are", run.start - 1,
                      run.start),
          run.start + expected, shift);
      expected = run.offset;
      continue;
    }
    add(FindingKind::kFramesMoved,
        fmt::format("{} of B {} {} of A", Frames(run.start, run.frames()),
                    run.frames() == 1 ? "is" : "are", Frames(run.start + run.offset, run.frames())),
        run.start, run.frames());
  }
  // A frame that is missing at the very end has nothing after it that could move.
  const auto count_a = static_cast<std::int64_t>(comparison.signatures_a.size());
  const auto count_b = static_cast<std::int64_t>(comparison.signatures_b.size());
  if (findings.empty() && count_a > count_b) {
    add(FindingKind::kFramesMissing,
        fmt::format("{} of A {} missing in B, at its end", Frames(count_b, count_a - count_b),
                    count_a - count_b == 1 ? "is" : "are"),
        count_b, count_a - count_b);
  }
  if (findings.empty() && count_b > count_a) {
    add(FindingKind::kFramesRepeated,
        fmt::format("{} of B {} more than A has", Frames(count_a, count_b - count_a),
                    count_b - count_a == 1 ? "is" : "are"),
        count_a, count_b - count_a);
  }
  return findings;
}

}  // namespace hyperlocal::golden
