#include <string.h>

#include <algorithm>
#include <string>
#include <utility>

#include "fakes/gcs/server/multipart_reader_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kHeadLimit = std::size_t{16} << 10;
constexpr std::size_t kBoundaryLimit = 200;  // RFC 2046 allows 70; clients do not always care
constexpr std::size_t kPaddingLimit = 64;    // blanks behind a delimiter

Error Bad(std::string message) {
  return Error{ErrorCode::kBadRequest, std::move(message)};
}

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), LowerCase);
  return lowered;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r").find(text.front()) != text.npos) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::string_view(" \t\r").find(text.back()) != text.npos) {
    text.remove_suffix(1);
  }
  return text;
}

// Faster than std::string_view::find, which stops at every first character.
std::size_t Find(std::string_view text, std::string_view wanted) {
  const void* found = ::memmem(text.data(), text.size(), wanted.data(), wanted.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// How many of the last bytes of `text` may be the beginning of `wanted`.
std::size_t PossibleStart(std::string_view text, std::string_view wanted) {
  for (std::size_t count = std::min(text.size(), wanted.size() - 1); count > 0; --count) {
    if (wanted.starts_with(text.substr(text.size() - count))) return count;
  }
  return 0;
}

// A quoted string's content without its backslashes (RFC 9110 section 5.6.4); nothing when it does
// not end.
std::optional<std::string> Unquoted(std::string_view text) {
  std::string plain;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return plain;
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    plain += text[i];
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> MultipartReader::BoundaryOf(std::string_view content_type) {
  if (!Lowered(content_type.substr(0, 10)).starts_with("multipart/")) {
    return Bad("Content-Type \"" + std::string(content_type.substr(0, 100)) +
               "\" is no multipart: expected multipart/related; boundary=…");
  }
  const std::string lowered = Lowered(content_type);
  std::size_t at = 0;
  while ((at = lowered.find("boundary", at)) != std::string::npos) {
    const std::string_view before = Trimmed(content_type.substr(0, at));
    at += 8;
    std::string_view value = Trimmed(content_type.substr(at));
    if (!before.ends_with(';') || !value.starts_with('=')) continue;
    value = Trimmed(value.substr(1));
    std::string boundary;
    if (value.starts_with('"')) {
      auto unquoted = Unquoted(value);
      if (!unquoted) return Bad("the boundary in Content-Type is a quoted string without its end");
      boundary = std::move(*unquoted);
    } else {
      boundary = Trimmed(value.substr(0, value.find(';')));
      // As Python's email package may write it.
      if (boundary.size() > 2 && boundary.starts_with('\'') && boundary.ends_with('\'')) {
        boundary = boundary.substr(1, boundary.size() - 2);
      }
    }
    if (boundary.empty() || boundary.size() > kBoundaryLimit ||
        boundary.find_first_of("\r\n") != std::string::npos) {
      return Bad("the boundary in Content-Type must have 1 to 200 characters on one line");
    }
    return boundary;
  }
  return Bad("Content-Type \"" + std::string(content_type.substr(0, 100)) + "\" names no boundary");
}

MultipartReader::MultipartReader(std::string_view boundary, Sink sink)
    : sink_(std::move(sink)),
      dashes_("--" + std::string(boundary)),
      delimiter_(line_end_ + dashes_) {}

Status MultipartReader::Feed(std::string_view bytes) {
  if (carried_.empty()) {
    rest_ = bytes;
  } else {
    carried_ += bytes;
    rest_ = carried_;
  }
  for (;;) {
    HYPERLOCAL_TRY(const bool got_on, Step());
    if (!got_on) break;
  }
  carried_ = std::string(rest_);
  rest_ = {};
  return Ok();
}

Result<bool> MultipartReader::Step() {
  switch (state_) {
    case State::kPreamble:
      return ReadPreamble();
    case State::kDelimiter:
      return ReadDelimiter();
    case State::kHead:
      return ReadHead();
    case State::kContent:
      return ReadContent();
    case State::kEpilogue:
      rest_ = {};
      return false;
  }
  return false;
}

Result<bool> MultipartReader::ReadPreamble() {
  const std::size_t found = Find(rest_, dashes_);
  if (found == std::string_view::npos) {
    // Kept: what may be the beginning of the dashes, and the character before.
    const std::size_t kept = std::min(rest_.size(), PossibleStart(rest_, dashes_) + 1);
    if (kept == rest_.size()) return false;
    Consume(rest_.size() - kept);
    at_start_ = false;
    return false;
  }
  const bool begins_line = found == 0 ? at_start_ : rest_[found - 1] == '\n';
  Consume(begins_line ? found + dashes_.size() : found + 1);
  at_start_ = false;
  matched_ = {};
  if (begins_line) state_ = State::kDelimiter;
  return true;
}

Result<bool> MultipartReader::ReadDelimiter() {
  if (rest_.size() < 2) return false;
  if (rest_.starts_with("--")) {
    HYPERLOCAL_TRY_STATUS(EndPart());
    state_ = State::kEpilogue;
    return true;
  }
  const std::size_t end = rest_.substr(0, kPaddingLimit).find_first_not_of(" \t");
  if (end == std::string_view::npos && rest_.size() < kPaddingLimit) return false;
  const std::string_view behind = end == std::string_view::npos ? "" : rest_.substr(end);
  if (behind == "\r") return false;
  const bool first = !in_part_ && matched_.empty();
  const std::string_view line_end = behind.starts_with("\r\n") ? "\r\n" : "\n";
  if (behind.starts_with(line_end) && (first || line_end == line_end_)) {
    line_end_ = line_end;
    delimiter_ = line_end_ + dashes_;
    HYPERLOCAL_TRY_STATUS(EndPart());
    Consume(end + line_end.size());
    state_ = State::kHead;
    return true;
  }
  // It only began like one.
  if (first) {
    state_ = State::kPreamble;
    return true;
  }
  HYPERLOCAL_TRY_STATUS(sink_.content(matched_));
  state_ = State::kContent;
  return true;
}

Result<bool> MultipartReader::ReadHead() {
  const std::string empty_line = line_end_ + line_end_;
  std::string_view head;
  std::size_t length;
  if (rest_.starts_with(line_end_)) {
    length = line_end_.size();
  } else {
    const std::size_t end = Find(rest_.substr(0, kHeadLimit), empty_line);
    if (end == std::string_view::npos) {
      if (rest_.size() >= kHeadLimit) return Bad("the head of a part is larger than 16 KiB");
      return false;
    }
    head = rest_.substr(0, end);
    length = end + empty_line.size();
  }
  HYPERLOCAL_TRY(const HttpHeaders headers, ParseHeaderLines(head));
  Consume(length);
  in_part_ = true;
  at_start_ = true;
  state_ = State::kContent;
  HYPERLOCAL_TRY_STATUS(sink_.begin(headers));
  return true;
}

Result<bool> MultipartReader::ReadContent() {
  // A part without content may have no line end of its own before the delimiter.
  if (at_start_) {
    if (rest_.size() < dashes_.size() && dashes_.starts_with(rest_)) return false;
    at_start_ = false;
    if (rest_.starts_with(dashes_)) {
      Consume(dashes_.size());
      matched_ = dashes_;
      state_ = State::kDelimiter;
      return true;
    }
  }
  const std::size_t found = Find(rest_, delimiter_);
  const bool whole = found != std::string_view::npos;
  const std::size_t count = whole ? found : rest_.size() - PossibleStart(rest_, delimiter_);
  if (count > 0) HYPERLOCAL_TRY_STATUS(sink_.content(rest_.substr(0, count)));
  Consume(count);
  if (!whole) return false;
  Consume(delimiter_.size());
  matched_ = delimiter_;
  state_ = State::kDelimiter;
  return true;
}

Status MultipartReader::EndPart() {
  if (!in_part_) return Ok();
  in_part_ = false;
  return sink_.end();
}

Status MultipartReader::Finish() {
  if (state_ == State::kEpilogue) return Ok();
  return Bad("the multipart body ended before its closing delimiter " + dashes_ + "--");
}

Result<HttpHeaders> ParseHeaderLines(std::string_view head) {
  HttpHeaders headers;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    if (Trimmed(line).empty()) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return Bad("\"" + std::string(line.substr(0, 100)) + "\" is no header field");
    }
    headers.Add(std::string(Trimmed(line.substr(0, colon))),
                std::string(Trimmed(line.substr(colon + 1))));
  }
  return headers;
}

}  // namespace hyperlocal::gcs
