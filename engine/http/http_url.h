#pragma once

#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// An absolute http or https address, taken apart. Nothing is decoded.
struct HttpUrl {
  bool secure = false;   // https
  std::string userinfo;  // "name:secret", as it was written; mostly empty
  std::string host;      // lower case; an IPv6 address without its brackets
  int port = 80;
  std::string target = "/";  // path and query; a fragment is dropped

  // "storage.googleapis.com", "[::1]:4443": what a Host header holds. The port of the scheme is
  // left out.
  std::string authority() const;
  // "https://storage.googleapis.com": what a connection belongs to.
  std::string origin() const;

  bool operator==(const HttpUrl&) const = default;
};

// Error: kBadRequest. It shows `text` up to its query, and never its userinfo.
Result<HttpUrl> ParseHttpUrl(std::string_view text);

}  // namespace hyperlocal
