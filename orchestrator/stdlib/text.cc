#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "orchestrator/stdlib/library_internal.h"
#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflow::library {
namespace {

// The case tables of Unicode, as glibc has them built in (C.UTF-8 needs no files since 2.35).
locale_t UnicodeLocale() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

template <typename Convert>
std::string ConvertCharacters(std::string_view text, Convert convert) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const DecodedCharacter next = DecodeUtf8(text);
    if (next.bytes == 0) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    AppendUtf8(static_cast<std::uint32_t>(convert(static_cast<wint_t>(next.code))), out);
    text.remove_prefix(next.bytes);
  }
  return out;
}

// The bytes of the character at the front of `text`.
std::size_t CharacterBytes(std::string_view text) {
  return text.empty() ? 0 : std::max<std::size_t>(DecodeUtf8(text).bytes, 1);
}

// A position of text.substring: from the end when negative, and never outside.
std::size_t Clamped(std::int64_t position, std::size_t length) {
  const auto count = static_cast<std::int64_t>(length);
  if (position < -count) return 0;
  return static_cast<std::size_t>(std::min(position < 0 ? position + count : position, count));
}

}  // namespace

Raising<Value> TextFindAll(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  HYPERLOCAL_TRY(const std::string* const wanted, arguments.String(1));
  ValueList indexes;
  std::int64_t characters = 0;  // before `at`
  std::size_t at = 0;
  for (;;) {
    const std::size_t found = source->find(*wanted, at);
    if (found == std::string::npos) break;
    const std::string_view text = *source;
    characters += static_cast<std::int64_t>(CountCharacters(text.substr(at, found - at)));
    indexes.emplace_back(characters);
    // Matches do not overlap; an empty one is found before every character and at the end.
    const std::size_t length =
        wanted->empty() ? CharacterBytes(text.substr(found)) : wanted->size();
    if (length == 0) break;
    characters += static_cast<std::int64_t>(CountCharacters(text.substr(found, length)));
    at = found + length;
  }
  return Value(std::move(indexes));
}

Raising<Value> TextReplaceAll(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  HYPERLOCAL_TRY(const std::string* const wanted, arguments.String(1));
  HYPERLOCAL_TRY(const std::string* const replacement, arguments.String(2));
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const std::size_t found = source->find(*wanted, at);
    if (found == std::string::npos) break;
    out.append(*source, at, found - at);
    out += *replacement;
    at = found + wanted->size();
    if (wanted->empty()) {
      const std::size_t length = CharacterBytes(std::string_view(*source).substr(at));
      if (length == 0) break;
      out.append(*source, at, length);
      at += length;
    }
  }
  out.append(*source, at, std::string::npos);
  return Value(std::move(out));
}

Raising<Value> TextSplit(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  HYPERLOCAL_TRY(const std::string* const separator, arguments.String(1));
  ValueList parts;
  std::string_view rest = *source;
  if (separator->empty()) {
    while (!rest.empty()) {
      const std::size_t length = CharacterBytes(rest);
      parts.emplace_back(rest.substr(0, length));
      rest.remove_prefix(length);
    }
    return Value(std::move(parts));
  }
  for (;;) {
    const std::size_t found = rest.find(*separator);
    parts.emplace_back(rest.substr(0, found));
    if (found == std::string_view::npos) return Value(std::move(parts));
    rest.remove_prefix(found + separator->size());
  }
}

Raising<Value> TextSubstring(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  HYPERLOCAL_TRY(const std::int64_t start, arguments.Integer(1));
  HYPERLOCAL_TRY(const std::int64_t end, arguments.Integer(2));
  const std::size_t length = CountCharacters(*source);
  const std::size_t from = Clamped(start, length);
  const std::size_t to = Clamped(end, length);
  if (from >= to) return Value("");
  const std::size_t first = ByteOfCharacter(*source, from);
  return Value(source->substr(first, ByteOfCharacter(*source, to) - first));
}

Raising<Value> TextToLower(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  return Value(
      ConvertCharacters(*source, [](wint_t c) { return ::towlower_l(c, UnicodeLocale()); }));
}

Raising<Value> TextToUpper(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  return Value(
      ConvertCharacters(*source, [](wint_t c) { return ::towupper_l(c, UnicodeLocale()); }));
}

}  // namespace hyperlocal::workflow::library
