#pragma once

#include <optional>
#include <string>

#include "engine/error/result.h"
#include "engine/http/http_url.h"

namespace hyperlocal {

// Through whom requests go. A proxy is "http://[name:secret@]host:port"; empty means none.
struct HttpProxies {
  std::string for_http;
  std::string for_https;
  // Hosts that are reached without: "*", or a list of names (their subdomains are meant too),
  // addresses and networks ("10.0.0.0/8"), each perhaps with a port, with commas between.
  std::string exceptions;

  // http_proxy, https_proxy, all_proxy and no_proxy, or the same in upper case where the first is
  // not set. HTTP_PROXY does not count in a CGI program: there a client of ours can set it
  // (httpoxy.org).
  static HttpProxies FromEnvironment();

  // The proxy for an address; nullopt for none. This machine itself (localhost, 127.0.0.0/8, ::1)
  // is never reached through one: it would be another machine's. Error: kInvalidConfig for a proxy
  // that is not of the form above.
  Result<std::optional<HttpUrl>> For(const HttpUrl& url) const;
};

}  // namespace hyperlocal
