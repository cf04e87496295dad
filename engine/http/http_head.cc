#include <charconv>

#include <fmt/format.h>

#include "engine/http/http_connection_internal.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kMaxFields = 1000;

bool IsTokenCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Takes a line off `text`, without its end; nullopt when its end is not there yet. A bare LF ends a
// line too (RFC 9112 section 2.2).
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "HTTP/1.1 200 OK"
bool ReadStatusLine(std::string_view line, HttpHead& head) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ') return false;
  if (line[7] < '0' || line[7] > '9' || (line.size() > 12 && line[12] != ' ')) return false;
  head.is_http_1_0 = line[7] == '0';
  const auto [end, failure] = std::from_chars(line.data() + 9, line.data() + 12, head.reply.status);
  return failure == std::errc() && end == line.data() + 12 && head.reply.status >= 100;
}

bool Lists(const HttpHeaders& headers, std::string_view name, std::string_view wanted) {
  for (const HttpHeader& field : headers) {
    if (LowerCase(field.name) != name) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (LowerCase(Trim(rest.substr(0, comma))) == wanted) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

}  // namespace

std::variant<std::optional<HttpHead>, std::string> ParseHttpHead(std::string_view text) {
  const std::size_t whole = text.size();
  HttpHead head;
  std::optional<std::string_view> line = TakeLine(text);
  if (!line) {
    constexpr std::string_view kBegin = "HTTP/1.";
    const std::size_t known = std::min(text.size(), kBegin.size());
    if (text.substr(0, known) != kBegin.substr(0, known)) return "it does not speak HTTP/1.1";
    return std::optional<HttpHead>();
  }
  if (!ReadStatusLine(*line, head)) return "it does not speak HTTP/1.1";
  for (;;) {
    line = TakeLine(text);
    if (!line) return std::optional<HttpHead>();
    if (line->empty()) break;
    const std::size_t colon = line->find(':');
    const std::string_view name = line->substr(0, std::min(colon, line->size()));
    if (colon == std::string_view::npos || name.empty() ||
        !std::all_of(name.begin(), name.end(), IsTokenCharacter)) {
      return "a header of the answer is not one";
    }
    if (head.reply.headers.size() == kMaxFields) return "the answer has too many headers";
    const std::string_view value = Trim(line->substr(colon + 1));
    if (value.find('\0') != std::string_view::npos || value.find('\r') != std::string_view::npos) {
      return "a header of the answer holds a control character";
    }
    head.reply.headers.Add(std::string(name), std::string(value));
  }
  head.size = whole - text.size();
  return std::optional<HttpHead>(std::move(head));
}

std::variant<HttpFraming, std::string> FramingOf(const HttpHead& head, std::string_view method) {
  const HttpHeaders& headers = head.reply.headers;
  HttpFraming framing;
  framing.keeps_connection = head.is_http_1_0 ? Lists(headers, "connection", "keep-alive")
                                              : !Lists(headers, "connection", "close");
  std::optional<std::uint64_t> length;
  for (const HttpHeader& field : headers) {
    if (LowerCase(field.name) != "content-length") continue;
    std::uint64_t value = 0;
    const char* const end = field.value.data() + field.value.size();
    const auto [stop, failure] = std::from_chars(field.value.data(), end, value);
    if (failure != std::errc() || stop != end || (length && *length != value)) {
      return "the answer's Content-Length is not a length";
    }
    length = value;
  }
  const int status = head.reply.status;
  if (method == "HEAD" || status < 200 || status == 204 || status == 304) return framing;
  if (headers.Has("transfer-encoding")) {
    if (LowerCase(Trim(headers.Get("transfer-encoding"))) != "chunked") {
      return "the answer has a transfer coding that nobody asked for";
    }
    framing.kind = HttpFraming::Kind::kChunked;
    // Both at once may be somebody's attempt to smuggle an answer.
    if (length) framing.keeps_connection = false;
    return framing;
  }
  if (length) {
    framing.kind = HttpFraming::Kind::kLength;
    framing.length = *length;
    return framing;
  }
  framing.kind = HttpFraming::Kind::kUntilClosed;
  framing.keeps_connection = false;
  return framing;
}

}  // namespace hyperlocal
