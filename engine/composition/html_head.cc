#include <cctype>
#include <string>

#include "engine/composition/page_server.h"

namespace hyperlocal {
namespace {

// Where the text behind the start tag <name …> begins, or npos. Comments are passed over.
std::size_t BehindStartTag(std::string_view html, std::string_view name) {
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string_view::npos; ++at) {
    if (html.substr(at, 4) == "<!--") {
      const std::size_t end = html.find("-->", at + 4);
      if (end == std::string_view::npos) return end;
      at = end + 2;
      continue;
    }
    std::size_t i = 0;
    while (i < name.size() && at + 1 + i < html.size() &&
           std::tolower(static_cast<unsigned char>(html[at + 1 + i])) == name[i]) {
      ++i;
    }
    if (i < name.size()) continue;
    std::size_t end = at + 1 + i;
    if (end >= html.size() ||
        (html[end] != '>' && !std::isspace(static_cast<unsigned char>(html[end]))))
      continue;
    // The end of the tag, outside quoted attribute values (they may hold '>', as JSON does).
    for (char quote = 0; end < html.size(); ++end) {
      if (quote != 0) {
        if (html[end] == quote) quote = 0;
      } else if (html[end] == '"' || html[end] == '\'') {
        quote = html[end];
      } else if (html[end] == '>') {
        return end + 1;
      }
    }
    return std::string_view::npos;
  }
  return std::string_view::npos;
}

}  // namespace

std::string InjectIntoHead(std::string_view html, std::string_view tag) {
  std::size_t at = BehindStartTag(html, "head");
  if (at == std::string_view::npos) at = BehindStartTag(html, "html");
  if (at == std::string_view::npos) at = BehindStartTag(html, "!doctype");
  if (at == std::string_view::npos) at = 0;
  return std::string(html.substr(0, at)) + std::string(tag) + std::string(html.substr(at));
}

}  // namespace hyperlocal
