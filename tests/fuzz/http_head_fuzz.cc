#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "engine/http/http_field_internal.h"
#include "engine/http/request_head_internal.h"

namespace {

using namespace hyperlocal;

void Check(bool holds) {
  if (!holds) std::abort();
}

// What is accepted leaves nothing to be understood differently by the next in line.
void CheckAccepted(const RequestHead& head) {
  Check(head.target.size() <= kMaxTargetBytes);
  Check(head.target.starts_with('/') || head.target == "*");
  Check(!head.chunked || !head.content_length);
  Check(!head.chunked || head.minor_version == 1);
  int framing_fields = 0;
  for (const HttpHeader& field : head.headers) {
    Check(IsToken(field.name) && IsFieldValue(field.value));
    Check(Trimmed(field.value) == field.value);
    if (SameHeaderName(field.name, "Content-Length")) ++framing_fields;
    if (SameHeaderName(field.name, "Transfer-Encoding")) ++framing_fields;
  }
  Check(framing_fields == (head.chunked || head.content_length ? 1 : 0));
}

// The same head, written plainly.
std::string Written(const RequestHead& head) {
  std::string text =
      head.method + " " + head.target + " HTTP/1." + std::to_string(head.minor_version) + "\r\n";
  for (const HttpHeader& field : head.headers) text += field.name + ": " + field.value + "\r\n";
  return text + "\r\n";
}

}  // namespace

// Any bytes are a head, the start of one, or refused with a status; the same however they arrive,
// and what was accepted is accepted again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte says in which pieces the rest arrives.
  const std::size_t piece = data[0] % 16U + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  HeadScanner scanner;
  const HeadScanner::State state = scanner.Scan(text);
  HeadScanner piecewise;
  HeadScanner::State piecewise_state = HeadScanner::State::kIncomplete;
  for (std::size_t end = 0;
       end < text.size() && piecewise_state == HeadScanner::State::kIncomplete;) {
    end = std::min(text.size(), end + piece);
    piecewise_state = piecewise.Scan(text.substr(0, end));
  }
  Check(state == piecewise_state);
  if (state == HeadScanner::State::kRefused) {
    Check(scanner.refusal().status >= 400 && !scanner.refusal().reason.empty());
    return 0;
  }
  if (state == HeadScanner::State::kIncomplete) {
    Check(text.size() <= kMaxHeadBytes + 16);
    return 0;
  }
  Check(scanner.begin() == piecewise.begin() && scanner.end() == piecewise.end());
  Check(scanner.end() <= text.size() && scanner.end() - scanner.begin() <= kMaxHeadBytes);
  const auto parsed =
      ParseRequestHead(text.substr(scanner.begin(), scanner.end() - scanner.begin()));
  if (const auto* refusal = std::get_if<HeadRefusal>(&parsed)) {
    Check(refusal->status >= 400 && refusal->status < 600 && !refusal->reason.empty());
    Check(IsFieldValue(refusal->reason));
    return 0;
  }
  const auto& head = std::get<RequestHead>(parsed);
  CheckAccepted(head);
  const auto again = ParseRequestHead(Written(head));
  Check(std::holds_alternative<RequestHead>(again));
  const auto& same = std::get<RequestHead>(again);
  Check(same.method == head.method && same.target == head.target && same.headers == head.headers);
  Check(same.content_length == head.content_length && same.chunked == head.chunked);
  Check(same.keep_alive == head.keep_alive && same.expects_continue == head.expects_continue);
  return 0;
}
