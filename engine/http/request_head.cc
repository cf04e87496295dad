#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "engine/http/http_field_internal.h"
#include "engine/http/request_head_internal.h"

namespace hyperlocal {
namespace {

// CONNECT and TRACE make no sense here; a token that is none of these is answered with 501.
constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};
// Empty lines before a request line, which some clients send after a body (RFC 9112 section 2.2).
constexpr std::size_t kMaxBytesBefore = 8;

constexpr std::string_view kLineEnd = "\r\n";

std::string Shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string shown = "\"";
  for (const char c : text.substr(0, kLongest)) shown += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > kLongest) shown += "...";
  return shown + "\"";
}

HeadRefusal Refusal(int status, std::string reason) {
  return {status, std::move(reason)};
}

// A target has no control characters and no spaces. Bytes above 0x7f should be encoded and often
// are not.
bool IsTarget(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f;
  });
}

bool IsVersion(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && text[5] >= '0' && text[5] <= '9' &&
         text[6] == '.' && text[7] >= '0' && text[7] <= '9';
}

// "http://host:port/path?query", as a client of a proxy sends it: the host, and the target cut to
// the rest. Empty when it is none.
std::string TakeAuthority(std::string& target) {
  constexpr std::string_view kScheme = "http://";
  if (!SameHeaderName(std::string_view(target).substr(0, kScheme.size()), kScheme)) return "";
  const std::size_t end = std::min(target.find_first_of("/?#", kScheme.size()), target.size());
  std::string authority = target.substr(kScheme.size(), end - kScheme.size());
  target.erase(0, end);
  if (!target.starts_with('/')) target.insert(0, 1, '/');
  return authority;
}

std::optional<HeadRefusal> ReadRequestLine(std::string_view line, RequestHead& head,
                                           std::string& authority) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const std::string_view method = line.substr(0, first);
  if (first == last || !IsToken(method)) {
    return Refusal(400, "the request line " + Shown(line) + " is not METHOD TARGET HTTP/1.1");
  }
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (target.size() > kMaxTargetBytes) {
    return Refusal(414, "the target has " + std::to_string(target.size()) + " bytes; at most " +
                            std::to_string(kMaxTargetBytes) + " are read");
  }
  if (target.empty() || !IsTarget(target)) {
    return Refusal(400, "the target " + Shown(target) +
                            " has spaces or control characters that are not encoded");
  }
  if (!IsVersion(version)) return Refusal(400, Shown(version) + " is no version of HTTP");
  if (version[5] != '1') {
    return Refusal(505, std::string(version) + " is not spoken here; HTTP/1.1 is");
  }
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
    return Refusal(501, "the method " + Shown(method) + " is not known here");
  }
  head.method = method;
  head.target = target;
  head.minor_version = version[7] == '0' ? 0 : 1;
  authority = TakeAuthority(head.target);
  const bool asterisk = head.target == "*" && head.method == "OPTIONS";
  if (!head.target.starts_with('/') && !asterisk) {
    return Refusal(400, "the target " + Shown(target) + " does not start with a slash");
  }
  return std::nullopt;
}

std::optional<HeadRefusal> ReadField(std::string_view line, HttpHeaders& headers) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !IsToken(name)) {
    return Refusal(400, "the header line " + Shown(line) + " is not NAME: VALUE");
  }
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (!IsFieldValue(value)) {
    return Refusal(400, "the header " + std::string(name) + " holds control characters");
  }
  headers.Add(std::string(name), std::string(value));
  return std::nullopt;
}

// Which of the fields decide where this message ends and what happens after it.
struct FramingFields {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  std::string_view length;
  std::string_view coding;
  std::string_view expectation;
  bool close = false;
  bool keep_alive = false;
};

FramingFields FramingFieldsOf(const HttpHeaders& headers) {
  FramingFields found;
  for (const HttpHeader& field : headers) {
    if (SameHeaderName(field.name, "Host")) {
      ++found.hosts;
    } else if (SameHeaderName(field.name, "Content-Length")) {
      ++found.lengths;
      found.length = field.value;
    } else if (SameHeaderName(field.name, "Transfer-Encoding")) {
      ++found.codings;
      found.coding = field.value;
    } else if (SameHeaderName(field.name, "Expect")) {
      found.expectation = field.value;
    } else if (SameHeaderName(field.name, "Connection")) {
      found.close = found.close || ListHolds(field.value, "close");
      found.keep_alive = found.keep_alive || ListHolds(field.value, "keep-alive");
    }
  }
  return found;
}

// RFC 9112 section 6.3, without its second chances.
std::optional<HeadRefusal> ReadFraming(RequestHead& head) {
  const FramingFields fields = FramingFieldsOf(head.headers);
  const bool modern = head.minor_version == 1;
  if (fields.hosts > 1 || (modern && fields.hosts == 0)) {
    return Refusal(
        400, fields.hosts == 0 ? "there is no Host header" : "there is more than one Host header");
  }
  if (fields.lengths > 1) return Refusal(400, "there is more than one Content-Length header");
  if (fields.codings > 0 && fields.lengths > 0) {
    return Refusal(400, "there are both a Content-Length and a Transfer-Encoding header");
  }
  if (fields.codings > 0) {
    if (!modern) return Refusal(400, "HTTP/1.0 has no Transfer-Encoding");
    if (fields.codings > 1 || !SameHeaderName(fields.coding, "chunked")) {
      return Refusal(501, "the only Transfer-Encoding known here is chunked");
    }
    head.chunked = true;
  }
  if (fields.lengths > 0) {
    std::uint64_t length = 0;
    const char* const end = fields.length.data() + fields.length.size();
    const auto [rest, wrong] = std::from_chars(fields.length.data(), end, length);
    if (wrong != std::errc{} || rest != end || length > INT64_MAX) {
      return Refusal(400, "the Content-Length " + Shown(fields.length) + " is no length");
    }
    head.content_length = length;
  }
  if (modern && !fields.expectation.empty()) {
    if (!SameHeaderName(fields.expectation, "100-continue")) {
      return Refusal(417, "the expectation " + Shown(fields.expectation) + " cannot be met");
    }
    head.expects_continue = head.chunked || head.content_length.value_or(0) > 0;
  }
  head.keep_alive = modern ? !fields.close : fields.keep_alive && !fields.close;
  return std::nullopt;
}

}  // namespace

HeadScanner::State HeadScanner::Refuse(int status, std::string reason) {
  refusal_ = {status, std::move(reason)};
  return State::kRefused;
}

HeadScanner::State HeadScanner::Scan(std::string_view bytes) {
  // What is no HTTP at all (a TLS greeting, say) need not contain a line end to be noticed.
  if (at_ == 0 && !bytes.empty() && bytes[0] != '\r' && !IsToken(bytes.substr(0, 1))) {
    return Refuse(400, "this is not HTTP");
  }
  while (at_ < bytes.size()) {
    const std::size_t found = bytes.find('\n', at_);
    if (found == std::string_view::npos) {
      at_ = bytes.size();
      break;
    }
    at_ = found + 1;
    if (found == line_ || bytes[found - 1] != '\r') {
      return Refuse(400, "a line of the head ends with a bare LF instead of CR LF");
    }
    const bool empty = found == line_ + 1;
    if (empty && line_ == begin_) {
      begin_ = at_;
      if (begin_ > kMaxBytesBefore) return Refuse(400, "there are empty lines but no request");
    } else if (empty) {
      end_ = at_;
      if (end_ - begin_ > kMaxHeadBytes) break;
      return State::kWhole;
    }
    line_ = at_;
  }
  if (at_ - begin_ > kMaxHeadBytes) {
    // A request line that does not end is a target that is too long.
    if (line_ == begin_) {
      return Refuse(414, "the target has more than " + std::to_string(kMaxTargetBytes) + " bytes");
    }
    return Refuse(431, "the request line and the headers have more than " +
                           std::to_string(kMaxHeadBytes) + " bytes");
  }
  return State::kIncomplete;
}

std::variant<RequestHead, HeadRefusal> ParseRequestHead(std::string_view head) {
  RequestHead parsed;
  std::string authority;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = head.find(kLineEnd);
    if (end == std::string_view::npos) return Refusal(400, "the head has no end");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + kLineEnd.size());
    if (line.empty()) break;
    auto refusal =
        first ? ReadRequestLine(line, parsed, authority) : ReadField(line, parsed.headers);
    if (refusal) return std::move(*refusal);
    first = false;
  }
  if (first || !head.empty()) return Refusal(400, "the head does not end with one empty line");
  if (auto refusal = ReadFraming(parsed)) return std::move(*refusal);
  // RFC 9112 section 3.2.2: what the absolute form says wins over the header.
  if (!authority.empty()) parsed.headers.Set("Host", std::move(authority));
  return parsed;
}

}  // namespace hyperlocal
