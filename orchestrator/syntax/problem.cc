#include "orchestrator/syntax/problem.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "orchestrator/syntax/source_text.h"

namespace hyperlocal::workflow {
namespace {

// A line of more code points than this is shown cut down to what is around the place.
constexpr std::size_t kShownBefore = 80;
constexpr std::size_t kShownLength = 120;

bool IsContinuationByte(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// `text` without its first `count` code points.
std::string_view SkipCodePoints(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) {
    ++at;
    while (at < text.size() && IsContinuationByte(text[at])) ++at;
  }
  return text.substr(at);
}

}  // namespace

std::string DeploymentMessage(const Problem& problem) {
  if (problem.step.empty()) return fmt::format("failed to build: {}", problem.message);
  return fmt::format("failed to build: error in step {}: {}", problem.step, problem.message);
}

std::string DescribeProblem(const Problem& problem, std::string_view file,
                            std::string_view source) {
  const SourceSpan& span = problem.span;
  std::string out{file};
  if (span.line > 0) out += fmt::format(":{}:{}", span.line, span.column);
  out += problem.severity == Severity::kError ? ": error" : ": warning";
  if (!problem.step.empty()) out += fmt::format(" in step {}", problem.step);
  out += fmt::format(": {}\n", problem.message);
  if (span.line == 0) return out;

  // Places do not count a byte order mark.
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);
  // Only what is shown of the line is looked at: it may be the whole of a JSON source.
  const std::size_t before = std::min<std::size_t>(span.column - 1, kShownBefore);
  const std::size_t offset = std::min<std::size_t>(span.offset, source.size());
  std::size_t start = offset;
  for (std::size_t i = 0; i < before && start > 0; ++i) {
    --start;
    while (start > 0 && IsContinuationByte(source[start])) --start;
  }
  const std::string cut = span.column - 1 > kShownBefore ? "..." : "";
  // A code point has at most four bytes.
  std::string_view line = source.substr(start, 4 * (kShownLength + 1));
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view rest = SkipCodePoints(line, kShownLength);
  line = line.substr(0, line.size() - rest.size());
  const std::size_t shown = CountCodePoints(line);
  const std::size_t room = shown > before ? shown - before : 1;
  const std::size_t marked = std::clamp<std::size_t>(span.length, 1, room);

  const std::string number = std::to_string(span.line);
  out += fmt::format(" {} | {}{}{}\n", number, cut, line, rest.empty() ? "" : "...");
  // Tabs before the caret stay tabs, so that the caret stands where the eye sees the text.
  std::string indent(cut.size(), ' ');
  std::size_t counted = 0;
  for (const char byte : line) {
    if (IsContinuationByte(byte)) continue;
    if (counted++ == before) break;
    indent += byte == '\t' ? '\t' : ' ';
  }
  out += fmt::format(" {:{}} | {}^{}\n", "", number.size(), indent, std::string(marked - 1, '~'));
  return out;
}

bool HasErrors(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& p) { return p.severity == Severity::kError; });
}

void SortProblems(std::vector<Problem>& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.span.offset, a.severity) < std::tie(b.span.offset, b.severity);
  });
}

}  // namespace hyperlocal::workflow
