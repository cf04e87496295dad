#include "fakes/gcs/store/glob_internal.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostPatternBytes = 1024;
constexpr int kDeepestBraces = 16;

// The character at `at`, which moves behind it. Bytes that are no UTF-8 count as a character each.
char32_t Next(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at++);
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  char32_t character = more == 0 ? first : static_cast<char32_t>(first & (0x3F >> more));
  const std::size_t start = at;
  for (int k = 0; k < more; ++k) {
    if (at >= text.size() || (byte(at) & 0xC0) != 0x80) {
      at = start;
      return 0x110000U + first;
    }
    character = character << 6 | (byte(at++) & 0x3F);
  }
  return character;
}

}  // namespace

class Glob::Parser {
 public:
  explicit Parser(std::string_view pattern) : pattern_(pattern) {}

  Result<Glob> Parse() {
    if (pattern_.size() > kMostPatternBytes) {
      return Error{ErrorCode::kBadRequest, "a glob of " + std::to_string(pattern_.size()) +
                                               " bytes is too long: at most 1024"};
    }
    HYPERLOCAL_TRY_STATUS(Sequence(0));
    glob_.steps_.push_back(Step{});
    const std::size_t special = pattern_.find_first_of("*?[{\\");
    glob_.literal_prefix_ = std::string(pattern_.substr(0, special));
    return std::move(glob_);
  }

 private:
  // Up to the end, or to the "," or "}" that ends an alternative.
  Status Sequence(int depth) {
    while (at_ < pattern_.size()) {
      const std::size_t start = at_;
      const char32_t character = Next(pattern_, at_);
      if (depth > 0 && (character == ',' || character == '}')) {
        at_ = start;
        return Ok();
      }
      Step step;
      if (character == '*') {
        step.kind = Kind::kSegmentRun;
        // Any number of stars above one is "**".
        while (at_ < pattern_.size() && pattern_[at_] == '*') {
          step.kind = Kind::kRun;
          ++at_;
        }
      } else if (character == '?') {
        step.kind = Kind::kAnyInSegment;
      } else if (character == '[') {
        HYPERLOCAL_TRY(step, Set(start));
      } else if (character == '{') {
        HYPERLOCAL_TRY_STATUS(Alternatives(start, depth + 1));
        continue;
      } else {
        step.kind = Kind::kCharacter;
        step.character =
            character == '\\' && at_ < pattern_.size() ? Next(pattern_, at_) : character;
      }
      glob_.steps_.push_back(std::move(step));
    }
    return Ok();
  }

  // Behind "[".
  Result<Step> Set(std::size_t start) {
    Step step;
    step.kind = Kind::kSet;
    if (at_ < pattern_.size() && (pattern_[at_] == '!' || pattern_[at_] == '^')) {
      step.negated = true;
      ++at_;
    }
    for (bool first = true;; first = false) {
      if (at_ >= pattern_.size()) return Unclosed(start);
      // A bracket that comes first stands for itself.
      if (pattern_[at_] == ']' && !first) {
        ++at_;
        return step;
      }
      Range range{};
      HYPERLOCAL_TRY(range.from, SetCharacter(start));
      range.to = range.from;
      if (at_ + 1 < pattern_.size() && pattern_[at_] == '-' && pattern_[at_ + 1] != ']') {
        ++at_;
        HYPERLOCAL_TRY(range.to, SetCharacter(start));
      }
      step.ranges.push_back(range);
    }
  }

  Result<char32_t> SetCharacter(std::size_t start) {
    if (pattern_[at_] == '\\') ++at_;
    if (at_ >= pattern_.size()) return Unclosed(start);
    return Next(pattern_, at_);
  }

  // Behind "{". A split into all alternatives; each ends with a jump behind the last.
  Status Alternatives(std::size_t start, int depth) {
    if (depth > kDeepestBraces) {
      return Error{ErrorCode::kBadRequest, "a glob's braces are nested more than 16 deep"};
    }
    const std::size_t split = glob_.steps_.size();
    glob_.steps_.push_back(Step{});
    glob_.steps_[split].kind = Kind::kSplit;
    std::vector<std::size_t> jumps;
    for (;;) {
      glob_.steps_[split].targets.push_back(glob_.steps_.size());
      HYPERLOCAL_TRY_STATUS(Sequence(depth));
      if (at_ >= pattern_.size()) return Unclosed(start);
      jumps.push_back(glob_.steps_.size());
      glob_.steps_.push_back(Step{});
      glob_.steps_.back().kind = Kind::kJump;
      if (pattern_[at_++] == '}') break;
    }
    for (const std::size_t jump : jumps) glob_.steps_[jump].targets = {glob_.steps_.size()};
    return Ok();
  }

  Error Unclosed(std::size_t start) const {
    return Error{ErrorCode::kBadRequest, "in the glob \"" + std::string(pattern_) + "\", the \"" +
                                             std::string(1, pattern_[start]) + "\" at byte " +
                                             std::to_string(start + 1) +
                                             " is not closed. A backslash before it takes it as "
                                             "it is."};
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  Glob glob_;
};

Result<Glob> Glob::Parse(std::string_view pattern) {
  return Parser(pattern).Parse();
}

// Adds the step, and those it leads to without a character.
void Glob::Follow(std::size_t step, std::vector<std::size_t>& states,
                  std::vector<bool>& there) const {
  if (there[step]) return;
  there[step] = true;
  const Step& here = steps_[step];
  switch (here.kind) {
    case Kind::kSplit:
    case Kind::kJump:
      for (const std::size_t target : here.targets) Follow(target, states, there);
      return;
    case Kind::kRun:
    case Kind::kSegmentRun:
      Follow(step + 1, states, there);  // a run may be empty
      break;
    default:
      break;
  }
  states.push_back(step);
}

bool Glob::Matches(std::string_view text) const {
  std::vector<std::size_t> states;
  std::vector<std::size_t> next;
  std::vector<bool> there(steps_.size());
  Follow(0, states, there);
  for (std::size_t at = 0; at < text.size() && !states.empty();) {
    const char32_t character = Next(text, at);
    next.clear();
    std::fill(there.begin(), there.end(), false);
    for (const std::size_t state : states) {
      const Step& step = steps_[state];
      switch (step.kind) {
        case Kind::kCharacter:
          if (character == step.character) Follow(state + 1, next, there);
          break;
        case Kind::kAnyInSegment:
          if (character != '/') Follow(state + 1, next, there);
          break;
        case Kind::kSet: {
          const bool inside = std::any_of(
              step.ranges.begin(), step.ranges.end(),
              [&](const Range& range) { return range.from <= character && character <= range.to; });
          if (character != '/' && inside != step.negated) Follow(state + 1, next, there);
          break;
        }
        case Kind::kSegmentRun:
          if (character != '/') Follow(state, next, there);
          break;
        case Kind::kRun:
          Follow(state, next, there);
          break;
        case Kind::kSplit:
        case Kind::kJump:
        case Kind::kEnd:
          break;
      }
    }
    states.swap(next);
  }
  return std::any_of(states.begin(), states.end(),
                     [&](std::size_t state) { return steps_[state].kind == Kind::kEnd; });
}

}  // namespace hyperlocal::gcs
