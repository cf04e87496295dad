#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "orchestrator/stdlib/library_internal.h"
#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflow::library {
namespace {

// Of matches that begin at the same place the longest counts, as the reference page says.
RE2::Options Options() {
  RE2::Options options;
  options.set_longest_match(true);
  options.set_log_errors(false);
  return options;
}

Raised Invalid(const Arguments& arguments, const RE2& expression) {
  return arguments.WrongValue(1, "is not a regular expression of RE2: " + expression.error());
}

// Calls `found` with the place and length in bytes of every match from left to right. An empty
// match directly behind another match does not count.
void ForEachMatch(const RE2& expression, const std::string& source,
                  const std::function<void(std::size_t, std::size_t)>& found) {
  std::size_t at = 0;
  std::size_t last_end = std::string::npos;
  while (at <= source.size()) {
    re2::StringPiece match;
    if (!expression.Match(source, at, source.size(), RE2::UNANCHORED, &match, 1)) return;
    const auto begin = static_cast<std::size_t>(match.data() - source.data());
    const std::size_t end = begin + match.size();
    if (!(match.empty() && begin == last_end)) found(begin, match.size());
    last_end = end;
    if (end > at) {
      at = end;
    } else {
      const std::string_view rest = std::string_view(source).substr(at);
      at += rest.empty() ? 1 : std::max<std::size_t>(DecodeUtf8(rest).bytes, 1);
    }
  }
}

}  // namespace

Raising<Value> TextFindAllRegex(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  HYPERLOCAL_TRY(const std::string* const regexp, arguments.String(1));
  const RE2 expression(*regexp, Options());
  if (!expression.ok()) return Invalid(arguments, expression);
  ValueList matches;
  std::size_t counted_to = 0;
  std::size_t characters = 0;
  ForEachMatch(expression, *source, [&](std::size_t place, std::size_t length) {
    const std::string_view text = *source;
    characters += CountCharacters(text.substr(counted_to, place - counted_to));
    counted_to = place;
    ValueMap match;
    match.Set("index", Value(static_cast<std::int64_t>(characters)));
    match.Set("match", Value(text.substr(place, length)));
    matches.emplace_back(std::move(match));
  });
  return Value(std::move(matches));
}

Raising<Value> TextMatchRegex(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  HYPERLOCAL_TRY(const std::string* const regexp, arguments.String(1));
  const RE2 expression(*regexp, Options());
  if (!expression.ok()) return Invalid(arguments, expression);
  return Value(RE2::PartialMatch(*source, expression));
}

Raising<Value> TextReplaceAllRegex(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  HYPERLOCAL_TRY(const std::string* const regexp, arguments.String(1));
  HYPERLOCAL_TRY(const std::string* const replacement, arguments.String(2));
  const RE2 expression(*regexp, Options());
  if (!expression.ok()) return Invalid(arguments, expression);
  std::string out;
  std::size_t copied_to = 0;
  ForEachMatch(expression, *source, [&](std::size_t place, std::size_t length) {
    out.append(*source, copied_to, place - copied_to);
    out += *replacement;  // as it is: there are no references to groups
    copied_to = place + length;
  });
  out.append(*source, copied_to, std::string::npos);
  return Value(std::move(out));
}

}  // namespace hyperlocal::workflow::library
