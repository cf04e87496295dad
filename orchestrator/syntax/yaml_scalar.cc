#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/syntax/yaml_scalar_internal.h"
#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflow {
namespace {

constexpr std::string_view kFlowIndicators = ",[]{}";

bool IsFlowIndicator(char c) {
  return kFlowIndicators.find(c) != std::string_view::npos;
}

void TrimTrailingBlanks(ScalarText& scalar, std::size_t keep) {
  std::size_t length = scalar.text().size();
  while (length > keep && (scalar.text()[length - 1] == ' ' || scalar.text()[length - 1] == '\t')) {
    --length;
  }
  scalar.Truncate(length);
}

// The cursor is at the end of a line inside a scalar. Moves to the first character of the next line
// that has one and answers how many line ends lay between; nothing (and the cursor as it was) when
// the scalar cannot go on there.
std::optional<int> NextLineOfScalar(YamlCursor& cursor, int parent) {
  const std::size_t start = cursor.position();
  int line_ends = 0;
  for (;;) {
    if (cursor.AtEnd()) break;
    cursor.SkipLine();
    ++line_ends;
    if (cursor.AtContentEnd()) break;
    while (cursor.Peek() == ' ') cursor.Advance();
    const int indent = cursor.Column();
    cursor.SkipSpaces();
    if (cursor.AtLineEnd()) continue;
    if (indent <= parent) break;
    return line_ends;
  }
  cursor.MoveTo(start);
  return std::nullopt;
}

// What lines folded into one have between them: a space, or the empty lines.
void AppendFold(ScalarText& scalar, int line_ends, std::size_t source) {
  if (line_ends == 1) scalar.Append(' ', source);
  for (int i = 1; i < line_ends; ++i) scalar.Append('\n', source);
}

// The cursor is at `${` in a flow list or map. Appends all up to the brace that matches, line ends
// folded. False, with the cursor where it was, when there is none.
bool AppendExpression(YamlCursor& cursor, int parent, ScalarText& scalar) {
  if (cursor.IsKnownUnclosed()) return false;
  const std::size_t start = cursor.position();
  const std::size_t length = scalar.text().size();
  int depth = 0;
  bool quoted = false;
  while (!cursor.AtEnd()) {
    if (cursor.AtLineEnd()) {
      const std::size_t end = cursor.position();
      TrimTrailingBlanks(scalar, length);
      const std::optional<int> line_ends = NextLineOfScalar(cursor, parent);
      if (!line_ends) break;
      AppendFold(scalar, *line_ends, end);
      continue;
    }
    const char c = cursor.Peek();
    scalar.Append(c, cursor.position());
    cursor.Advance();
    if (quoted) {
      if (c == '\\' && !cursor.AtLineEnd()) {
        scalar.Append(cursor.Peek(), cursor.position());
        cursor.Advance();
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return true;
    }
  }
  cursor.RememberUnclosed();
  cursor.MoveTo(start);
  scalar.Truncate(length);
  return false;
}

// The escape behind a backslash, or nothing.
std::optional<std::string_view> SimpleEscape(char c) {
  switch (c) {
    case '0':
      return std::string_view("\0", 1);
    case 'a':
      return "\a";
    case 'b':
      return "\b";
    case 't':
    case '\t':
      return "\t";
    case 'n':
      return "\n";
    case 'v':
      return "\v";
    case 'f':
      return "\f";
    case 'r':
      return "\r";
    case 'e':
      return "\x1B";
    case ' ':
      return " ";
    case '"':
      return "\"";
    case '/':
      return "/";
    case '\\':
      return "\\";
    case 'N':
      return "\xC2\x85";
    case '_':
      return "\xC2\xA0";
    case 'L':
      return "\xE2\x80\xA8";
    case 'P':
      return "\xE2\x80\xA9";
    default:
      return std::nullopt;
  }
}

// `count` hexadecimal digits `ahead` of the cursor.
std::optional<std::uint32_t> HexAhead(const YamlCursor& cursor, std::size_t ahead,
                                      std::size_t count) {
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = cursor.Peek(ahead + i);
    std::uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    code = code * 16 + digit;
  }
  return code;
}

// The cursor is at a backslash in a double-quoted scalar.
void AppendEscape(YamlCursor& cursor, ScalarText& scalar) {
  const std::size_t start = cursor.position();
  const char c = cursor.Peek(1);
  const auto append = [&](std::string_view bytes) {
    for (const char byte : bytes) scalar.Append(byte, start);
  };
  if (const auto simple = SimpleEscape(c)) {
    append(*simple);
    cursor.Advance(2);
    return;
  }
  const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  std::optional<std::uint32_t> code;
  if (digits > 0) code = HexAhead(cursor, 2, digits);
  if (!code) {
    cursor.Report(start, start + 2,
                  "unknown escape in a double-quoted string; a backslash itself is written \\\\");
    append("\\");
    cursor.Advance();
    return;
  }
  cursor.Advance(2 + digits);
  if (c == 'u' && *code >= 0xD800 && *code <= 0xDBFF && cursor.Peek() == '\\' &&
      cursor.Peek(1) == 'u') {
    // JSON writes what is beyond the first plane as two.
    const auto low = HexAhead(cursor, 2, 4);
    if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
      cursor.Advance(6);
    }
  }
  if (*code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) {
    cursor.Report(start, cursor.position(), "the escape is no Unicode character");
    return;
  }
  std::string bytes;
  AppendUtf8(*code, bytes);
  append(bytes);
}

void ReportUnclosed(YamlCursor& cursor, std::size_t start) {
  cursor.MoveTo(start);
  while (!cursor.AtLineEnd()) cursor.Advance();
  cursor.Report(start, start + 1, "the string that begins here has no closing quote");
}

// Both kinds of quoted scalars. The cursor is at the opening quote.
YamlNode ReadQuoted(YamlCursor& cursor, int parent, char quote, YamlNode::Style style) {
  YamlNode node;
  node.style = style;
  node.begin = cursor.position();
  cursor.Advance();
  std::size_t keep = 0;  // what escapes made is not trimmed
  for (;;) {
    if (cursor.AtEnd()) {
      ReportUnclosed(cursor, node.begin);
      break;
    }
    if (cursor.AtLineEnd()) {
      const std::size_t end = cursor.position();
      TrimTrailingBlanks(node.scalar, keep);
      const std::optional<int> line_ends = NextLineOfScalar(cursor, parent);
      if (!line_ends) {
        ReportUnclosed(cursor, node.begin);
        break;
      }
      AppendFold(node.scalar, *line_ends, end);
      keep = node.scalar.text().size();
      continue;
    }
    const char c = cursor.Peek();
    if (c == quote) {
      if (quote == '\'' && cursor.Peek(1) == '\'') {
        node.scalar.Append('\'', cursor.position());
        cursor.Advance(2);
        continue;
      }
      cursor.Advance();
      break;
    }
    if (c == '\\' && quote == '"') {
      cursor.Advance();
      if (cursor.AtLineEnd()) {  // an escaped line end joins without a space
        const std::optional<int> line_ends = NextLineOfScalar(cursor, parent);
        if (!line_ends) {
          ReportUnclosed(cursor, node.begin);
          break;
        }
        for (int i = 1; i < *line_ends; ++i) node.scalar.Append('\n', cursor.position());
      } else {
        cursor.MoveTo(cursor.position() - 1);
        AppendEscape(cursor, node.scalar);
      }
      keep = node.scalar.text().size();
      continue;
    }
    node.scalar.Append(c, cursor.position());
    cursor.Advance();
  }
  node.end = cursor.position();
  return node;
}

struct BlockHeader {
  bool folded = false;
  char chomping = ' ';  // '-', '+', or a blank: clip
  int indent = 0;       // given by a digit; 0: by the first line
};

BlockHeader ReadBlockHeader(YamlCursor& cursor) {
  BlockHeader header;
  header.folded = cursor.Peek() == '>';
  cursor.Advance();
  for (int i = 0; i < 2; ++i) {
    const char c = cursor.Peek();
    if (c == '-' || c == '+') {
      header.chomping = c;
      cursor.Advance();
    } else if (c >= '1' && c <= '9') {
      header.indent = c - '0';
      cursor.Advance();
    }
  }
  const std::size_t end = cursor.position();
  cursor.SkipSpaces();
  if (!cursor.AtLineEnd() && cursor.Peek() != '#') {
    cursor.Report(end, end + 1,
                  fmt::format("the text of a block scalar begins on the line after its '{}'",
                              header.folded ? '>' : '|'));
  }
  return header;
}

// The indentation of the first line below the cursor that is not blank, or of the longest blank
// one.
int DetectIndent(YamlCursor& cursor) {
  const std::size_t start = cursor.position();
  int indent = 0;
  while (!cursor.AtContentEnd()) {
    while (cursor.Peek() == ' ') cursor.Advance();
    indent = std::max(indent, cursor.Column());
    if (!cursor.AtLineEnd()) {
      indent = cursor.Column();
      break;
    }
    if (cursor.AtEnd()) break;
    cursor.SkipLine();
  }
  cursor.MoveTo(start);
  return indent;
}

}  // namespace

YamlNode ReadPlainScalar(YamlCursor& cursor, int parent, bool flow) {
  YamlNode node;
  node.style = YamlNode::Style::kPlain;
  node.begin = cursor.position();
  node.end = node.begin;
  bool more = true;
  while (more) {
    const std::size_t keep = node.scalar.text().size();
    more = false;
    for (;;) {
      if (cursor.AtLineEnd()) {
        more = true;
        break;
      }
      const char c = cursor.Peek();
      if (c == '#' && cursor.position() > node.begin && cursor.BlankBefore()) {
        break;
      }
      if (c == ':' && (cursor.BlankAt(1) || (flow && IsFlowIndicator(cursor.Peek(1))))) break;
      if (flow && c == '$' && cursor.Peek(1) == '{') {
        const std::size_t start = cursor.position();
        if (AppendExpression(cursor, parent, node.scalar)) continue;
        cursor.Report(start, start + 2, "the expression that begins here has no closing '}'");
        node.scalar.Append("${", start);
        cursor.Advance(2);
        continue;
      }
      if (flow && IsFlowIndicator(c)) break;
      node.scalar.Append(c, cursor.position());
      cursor.Advance();
    }
    TrimTrailingBlanks(node.scalar, keep);
    if (node.scalar.text().size() > keep) {
      node.end = node.scalar.SourceOffset(node.scalar.text().size());
    }
    if (!more) break;
    const std::size_t end = cursor.position();
    const std::optional<int> line_ends = NextLineOfScalar(cursor, parent);
    if (!line_ends) break;
    const bool goes_on = cursor.Peek() != '#' && !(flow && IsFlowIndicator(cursor.Peek()));
    if (!goes_on) {
      cursor.MoveTo(end);
      break;
    }
    AppendFold(node.scalar, *line_ends, end);
  }
  return node;
}

YamlNode ReadSingleQuoted(YamlCursor& cursor, int parent) {
  return ReadQuoted(cursor, parent, '\'', YamlNode::Style::kSingleQuoted);
}

YamlNode ReadDoubleQuoted(YamlCursor& cursor, int parent) {
  return ReadQuoted(cursor, parent, '"', YamlNode::Style::kDoubleQuoted);
}

YamlNode ReadBlockScalar(YamlCursor& cursor, int parent) {
  YamlNode node;
  node.begin = cursor.position();
  const BlockHeader header = ReadBlockHeader(cursor);
  node.style = header.folded ? YamlNode::Style::kFolded : YamlNode::Style::kLiteral;
  cursor.SkipLine();
  node.end = cursor.position();
  const int base = std::max(parent, 0);
  const int indent = header.indent > 0 ? base + header.indent : DetectIndent(cursor);
  if (indent <= parent) return node;

  ScalarText& scalar = node.scalar;
  bool previous_more_indented = false;
  bool first = true;
  int pending = 0;  // line ends not yet written
  std::size_t pending_at = node.begin;
  while (!cursor.AtContentEnd()) {
    const std::size_t line = cursor.position();
    int spaces = 0;
    while (spaces < indent && cursor.Peek() == ' ') {
      cursor.Advance();
      ++spaces;
    }
    if (cursor.AtLineEnd()) {
      if (cursor.AtEnd()) break;
      if (pending == 0) pending_at = cursor.position();
      ++pending;
      cursor.SkipLine();
      continue;
    }
    if (spaces < indent) {
      if (cursor.Peek() == '\t' && spaces <= parent) {
        cursor.Report(cursor.position(), cursor.position() + 1,
                      "a tab in the indentation: indent with spaces");
        cursor.SkipLine();
        continue;
      }
      cursor.MoveTo(line);
      break;
    }
    const bool more_indented = cursor.Peek() == ' ' || cursor.Peek() == '\t';
    // `pending` counts the end of the previous line of text too, unless this is the first.
    if (!first && header.folded && !more_indented && !previous_more_indented) {
      AppendFold(scalar, pending, pending_at);
    } else {
      for (int i = 0; i < pending; ++i) scalar.Append('\n', pending_at);
    }
    const std::size_t start = cursor.position();
    while (!cursor.AtLineEnd()) cursor.Advance();
    scalar.Append(cursor.text().substr(start, cursor.position() - start), start);
    node.end = cursor.position();
    previous_more_indented = more_indented;
    first = false;
    pending = 0;
    if (cursor.AtEnd()) break;
    pending = 1;
    pending_at = cursor.position();
    cursor.SkipLine();
  }
  if (header.chomping == '+') {
    for (int i = 0; i < pending; ++i) scalar.Append('\n', pending_at);
  } else if (header.chomping != '-' && !first) {
    scalar.Append('\n', pending_at);
  }
  return node;
}

YamlNode ReadPlainKey(YamlCursor& cursor) {
  YamlNode node;
  node.style = YamlNode::Style::kPlain;
  node.begin = cursor.position();
  while (!cursor.AtLineEnd() && !(cursor.Peek() == ':' && cursor.BlankAt(1))) {
    node.scalar.Append(cursor.Peek(), cursor.position());
    cursor.Advance();
  }
  TrimTrailingBlanks(node.scalar, 0);
  node.end = node.begin + node.scalar.text().size();
  return node;
}

}  // namespace hyperlocal::workflow
