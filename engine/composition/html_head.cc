#include <algorithm>
#include <cctype>
#include <string>

#include "engine/composition/page_server.h"

namespace hyperlocal {
namespace {

bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

// Whether `html` has the name `name` (in lower case) of a tag at `at`.
bool HasName(std::string_view html, std::size_t at, std::string_view name) {
  if (html.size() - at <= name.size()) return false;
  const std::string_view there = html.substr(at, name.size());
  const bool same = std::equal(there.begin(), there.end(), name.begin(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
  const char next = html[at + name.size()];
  return same && (IsSpace(next) || next == '>' || next == '/');
}

// Behind the '>' of the tag that begins at `at`, or npos. An attribute's value may hold a '>' when
// it is quoted, as JSON does.
std::size_t BehindTag(std::string_view html, std::size_t at) {
  char before = 0;  // the last character that is no space
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (c == '>') return at + 1;
    if ((c == '"' || c == '\'') && before == '=') {
      at = html.find(c, at + 1);
      if (at == std::string_view::npos) return at;
    }
    if (!IsSpace(c)) before = c;
  }
  return std::string_view::npos;
}

}  // namespace

// Goes over what may stand before the content of the head: spaces, comments, the doctype, <html>
// and <head>. Anything else opens the head, or the body, by itself; a "<head>" behind it is text of
// a script, or ignored by the browser.
std::string InjectIntoHead(std::string_view html, std::string_view tag) {
  std::size_t at = html.starts_with("\xef\xbb\xbf") ? 3 : 0;  // byte-order mark
  for (std::size_t look = at; look < html.size();) {
    std::size_t end = look;
    if (IsSpace(html[look])) {
      ++look;
      continue;
    }
    if (html[look] != '<') break;
    if (html.substr(look, 4) == "<!--") {
      end = html.find("-->", look + 4);
      if (end == std::string_view::npos) break;
      look = end + 3;
      continue;
    }
    const bool is_head = HasName(html, look + 1, "head");
    if (html.substr(look, 2) != "<!" && html.substr(look, 2) != "<?" && !is_head &&
        !HasName(html, look + 1, "html")) {
      break;
    }
    end = BehindTag(html, look);
    if (end == std::string_view::npos) break;
    at = look = end;
    if (is_head) break;
  }
  return std::string(html.substr(0, at)) + std::string(tag) + std::string(html.substr(at));
}

}  // namespace hyperlocal
