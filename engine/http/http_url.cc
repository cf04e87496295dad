#include "engine/http/http_url.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace hyperlocal {
namespace {

constexpr int kHttpPort = 80;
constexpr int kHttpsPort = 443;
constexpr int kHighestPort = 65535;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Without what may be secret: the userinfo, and a query with a token or a signature in it.
std::string Presentable(std::string_view text) {
  std::string shown(text.substr(0, text.find_first_of("?#")));
  const std::size_t scheme = shown.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(shown.find('/', begin), shown.size());
  const std::size_t at = shown.rfind('@', end);
  if (at != std::string::npos && at >= begin) shown.erase(begin, at + 1 - begin);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ') c = '?';
  }
  return shown;
}

Error Refuse(std::string_view text, std::string_view why) {
  return {ErrorCode::kBadRequest,
          fmt::format("\"{}\" is not an address: {}; write it like http://localhost:4443/path",
                      Presentable(text), why)};
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~' || c == '%';
}

}  // namespace

std::string HttpUrl::authority() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  std::string text = is_ipv6 ? "[" + host + "]" : host;
  if (port != (secure ? kHttpsPort : kHttpPort)) text += ":" + std::to_string(port);
  return text;
}

std::string HttpUrl::origin() const {
  return (secure ? "https://" : "http://") + authority();
}

Result<HttpUrl> ParseHttpUrl(std::string_view text) {
  const bool has_odd_bytes = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '\\';
  });
  if (has_odd_bytes) return Refuse(text, "it holds a space, a backslash or a control character");
  const std::size_t colon = text.find("://");
  const std::string scheme = LowerCase(text.substr(0, std::min(colon, text.size())));
  if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return Refuse(text, "it does not begin with http:// or https://");
  }
  HttpUrl url;
  url.secure = scheme == "https";
  url.port = url.secure ? kHttpsPort : kHttpPort;
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view place = rest.substr(0, path);
  if (path < rest.size()) {
    url.target = rest.substr(path);
    if (rest[path] == '?') url.target.insert(0, "/");
  }
  if (const std::size_t at = place.rfind('@'); at != std::string_view::npos) {
    url.userinfo = place.substr(0, at);
    place.remove_prefix(at + 1);
  }
  std::string_view port;
  if (place.starts_with('[')) {
    const std::size_t end = place.find(']');
    if (end == std::string_view::npos) return Refuse(text, "a bracket is not closed");
    url.host = LowerCase(place.substr(1, end - 1));
    port = place.substr(end + 1);
    if (url.host.find_first_not_of("0123456789abcdef:.%") != std::string::npos ||
        url.host.find(':') == std::string::npos) {
      return Refuse(text, "what stands in brackets is not an IPv6 address");
    }
    if (!port.empty() && !port.starts_with(':')) return Refuse(text, "its port is not a number");
    if (!port.empty()) port.remove_prefix(1);
  } else {
    const std::size_t end = std::min(place.find(':'), place.size());
    url.host = LowerCase(place.substr(0, end));
    if (end < place.size()) port = place.substr(end + 1);
    if (!std::all_of(url.host.begin(), url.host.end(), IsHostCharacter)) {
      return Refuse(text, "its host has characters that no name has");
    }
  }
  if (url.host.empty()) return Refuse(text, "it has no host");
  if (!port.empty()) {
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (failure != std::errc() || end != port.data() + port.size() || url.port < 1 ||
        url.port > kHighestPort) {
      return Refuse(text, "its port is not a number from 1 to 65535");
    }
  }
  return url;
}

}  // namespace hyperlocal
