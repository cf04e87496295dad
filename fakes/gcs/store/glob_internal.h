#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// The patterns of `matchGlob`:
//   *        any characters but "/"         **    any characters
//   ?        one character but "/"          [a-z] [!a-z] [^a-z]  one (not) of these, never "/"
//   {a,b*}   one of these patterns, which may hold further ones
//   \x       x itself
// https://cloud.google.com/storage/docs/json_api/v1/objects/list (List objects and prefixes using
// glob)
//
// Matching takes time in proportion to pattern times text, whatever the pattern: all ways of
// matching are followed side by side.
class Glob {
 public:
  // Error: kBadRequest, with the place: a bracket or brace that is not closed, a pattern of more
  // than 1024 bytes.
  static Result<Glob> Parse(std::string_view pattern);

  bool Matches(std::string_view text) const;
  // Every match begins with it.
  const std::string& literal_prefix() const { return literal_prefix_; }

 private:
  enum class Kind { kCharacter, kAnyInSegment, kSegmentRun, kRun, kSet, kSplit, kJump, kEnd };
  struct Range {
    char32_t from, to;
  };
  // One instruction of a small machine; "next" is the one that follows, unless it says otherwise.
  struct Step {
    Kind kind = Kind::kEnd;
    char32_t character = 0;
    bool negated = false;
    std::vector<Range> ranges;
    std::vector<std::size_t> targets;  // of a split; of a jump the only one
  };
  class Parser;

  void Follow(std::size_t step, std::vector<std::size_t>& states, std::vector<bool>& there) const;

  std::vector<Step> steps_;
  std::string literal_prefix_;
};

}  // namespace hyperlocal::gcs
