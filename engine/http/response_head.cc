#include "engine/http/response_head_internal.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "engine/http/http_field_internal.h"

namespace hyperlocal {
namespace {

struct Reason {
  int status;
  std::string_view text;
};

// The registry of RFC 9110 section 16.2.1, as far as services use it.
constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{203, "Non-Authoritative Information"},
    Reason{204, "No Content"},
    Reason{205, "Reset Content"},
    Reason{206, "Partial Content"},
    Reason{207, "Multi-Status"},
    Reason{300, "Multiple Choices"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{402, "Payment Required"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{407, "Proxy Authentication Required"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{421, "Misdirected Request"},
    Reason{422, "Unprocessable Content"},
    Reason{425, "Too Early"},
    Reason{426, "Upgrade Required"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{499, "Client Closed Request"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

// The fields that say where a message ends and whether another follows.
bool IsOurs(std::string_view name) {
  switch (name.size()) {
    case 4:
      return SameHeaderName(name, "Date");
    case 10:
      return SameHeaderName(name, "Connection") || SameHeaderName(name, "Keep-Alive");
    case 14:
      return SameHeaderName(name, "Content-Length");
    case 17:
      return SameHeaderName(name, "Transfer-Encoding");
    default:
      return false;
  }
}

}  // namespace

std::string_view ReasonOf(int status) {
  const auto found = std::find_if(kReasons.begin(), kReasons.end(),
                                  [status](const Reason& row) { return row.status == status; });
  return found == kReasons.end() ? "Unknown" : found->text;
}

Status AppendResponseHead(std::string& to, int status, const HttpHeaders& headers,
                          const ResponseFraming& framing, std::string_view date) {
  if (status < 200 || status > 599) {
    return Error{ErrorCode::kInternal,
                 "the handler answered with the status " + std::to_string(status)};
  }
  for (const HttpHeader& field : headers) {
    if (!IsToken(field.name) || !IsFieldValue(field.value)) {
      return Error{ErrorCode::kInternal,
                   "the handler answered with a header that holds control "
                   "characters or has no proper name"};
    }
  }
  to += "HTTP/1.1 ";
  to += std::to_string(status);
  to += ' ';
  to += ReasonOf(status);
  to += "\r\nDate: ";
  to += date;
  for (const HttpHeader& field : headers) {
    if (IsOurs(field.name)) continue;
    to += "\r\n";
    to += field.name;
    to += ": ";
    to += field.value;
  }
  using Kind = ResponseFraming::Kind;
  if (framing.kind == Kind::kLength) {
    to += "\r\nContent-Length: ";
    to += std::to_string(framing.length);
  } else if (framing.kind == Kind::kChunks) {
    to += "\r\nTransfer-Encoding: chunked";
  }
  if (framing.close) {
    to += "\r\nConnection: close";
  } else if (framing.keep_alive) {
    to += "\r\nConnection: keep-alive";
  }
  to += "\r\n\r\n";
  return Ok();
}

std::string_view HttpDate::Now() {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  if (now == second_) return text_;
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  // Not strftime: that speaks the language of the locale.
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                 kMonths[static_cast<std::size_t>(parts.tm_mon)],
                                 parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  text_.assign(text.data(), static_cast<std::size_t>(std::max(size, 0)));
  second_ = now;
  return text_;
}

}  // namespace hyperlocal
