#include "engine/http/http_proxies.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace hyperlocal {
namespace {

std::string Variable(const char* lower, const char* upper) {
  if (const char* const value = std::getenv(lower); value != nullptr && *value != '\0') {
    return value;
  }
  const char* const value = upper == nullptr ? nullptr : std::getenv(upper);
  return value == nullptr ? "" : value;
}

struct NetworkAddress {
  std::array<unsigned char, 16> bytes{};
  std::size_t size = 0;  // 4 or 16
};

std::optional<NetworkAddress> ParseAddress(const std::string& text) {
  NetworkAddress address;
  if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.size = 4;
    return address;
  }
  if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.size = 16;
    return address;
  }
  return std::nullopt;
}

bool IsInNetwork(const NetworkAddress& address, const std::string& network, int bits) {
  const std::optional<NetworkAddress> base = ParseAddress(network);
  if (!base || base->size != address.size || bits < 0 || bits > static_cast<int>(base->size) * 8) {
    return false;
  }
  for (std::size_t i = 0; i < base->size; ++i) {
    const int left = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
    const auto mask = static_cast<unsigned char>(0xFF00 >> left);
    if ((base->bytes[i] & mask) != (address.bytes[i] & mask)) return false;
  }
  return true;
}

bool IsThisMachine(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const std::optional<NetworkAddress> address = ParseAddress(host);
  return address && (IsInNetwork(*address, "127.0.0.0", 8) || IsInNetwork(*address, "::1", 128));
}

std::string Trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t end = text.find_last_not_of(" \t") + 1;
  std::string word(text.substr(begin, end > begin ? end - begin : 0));
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return word;
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool IsException(std::string entry, const HttpUrl& url) {
  if (entry.empty()) return false;
  if (entry == "*") return true;
  // A port: "host:8080" or "[::1]:8080", but not the end of a bare IPv6 address.
  const std::size_t colon = entry.rfind(':');
  const bool bracketed = entry.starts_with('[');
  if (colon != std::string::npos &&
      (bracketed ? entry[colon - 1] == ']' : entry.find(':') == colon)) {
    const std::optional<int> port = Number(std::string_view(entry).substr(colon + 1));
    if (!port || *port != url.port) return false;
    entry.resize(colon);
  }
  if (bracketed && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  const std::optional<NetworkAddress> address = ParseAddress(url.host);
  if (const std::size_t slash = entry.find('/'); slash != std::string::npos) {
    const std::optional<int> bits = Number(std::string_view(entry).substr(slash + 1));
    return address && bits && IsInNetwork(*address, entry.substr(0, slash), *bits);
  }
  if (address) return IsInNetwork(*address, entry, static_cast<int>(address->size) * 8);
  if (entry.starts_with("*.")) entry.erase(0, 1);
  if (entry.starts_with('.')) return url.host.ends_with(entry) || url.host == entry.substr(1);
  return url.host == entry || url.host.ends_with("." + entry);
}

}  // namespace

HttpProxies HttpProxies::FromEnvironment() {
  const bool is_cgi = std::getenv("REQUEST_METHOD") != nullptr;
  HttpProxies proxies;
  proxies.for_http = Variable("http_proxy", is_cgi ? nullptr : "HTTP_PROXY");
  proxies.for_https = Variable("https_proxy", "HTTPS_PROXY");
  const std::string for_all = Variable("all_proxy", "ALL_PROXY");
  if (proxies.for_http.empty()) proxies.for_http = for_all;
  if (proxies.for_https.empty()) proxies.for_https = for_all;
  proxies.exceptions = Variable("no_proxy", "NO_PROXY");
  return proxies;
}

Result<std::optional<HttpUrl>> HttpProxies::For(const HttpUrl& url) const {
  const std::string& text = url.secure ? for_https : for_http;
  if (text.empty() || IsThisMachine(url.host)) return std::optional<HttpUrl>();
  std::string_view rest = exceptions;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find_first_of(", "), rest.size());
    if (IsException(Trimmed(rest.substr(0, comma)), url)) return std::optional<HttpUrl>();
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  const std::string full = text.find("://") == std::string::npos ? "http://" + text : text;
  Result<HttpUrl> proxy = ParseHttpUrl(full);
  if (!proxy || proxy->secure) {
    // The text itself may hold a password and is not shown.
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("the proxy for {} cannot be used: only http://host:port is supported; "
                             "see http_proxy, https_proxy and no_proxy in the environment",
                             url.origin())};
  }
  return std::optional<HttpUrl>(std::move(*proxy));
}

}  // namespace hyperlocal
