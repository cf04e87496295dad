#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

#include "adapters/gcp/service/request_trace_internal.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanDigits = 16;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text, std::size_t digits) {
  return text.size() == digits && IsHex(text) &&
         text.find_first_not_of('0') != std::string_view::npos;
}

std::string Hex(std::uint64_t number) {
  std::array<char, kSpanDigits> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  const std::string text(digits.data(), end);
  return std::string(kSpanDigits - text.size(), '0') + text;
}

// 00-<trace>-<span>-<flags>
std::optional<RequestTrace> FromTraceParent(std::string_view value) {
  constexpr std::size_t kTrace = 3, kSpan = kTrace + kTraceDigits + 1, kEnd = kSpan + kSpanDigits;
  if (value.size() < kEnd + 3 || !IsHex(value.substr(0, 2)) || value.starts_with("ff")) {
    return std::nullopt;
  }
  const std::string_view trace = value.substr(kTrace, kTraceDigits);
  const std::string_view span = value.substr(kSpan, kSpanDigits);
  if (value[kTrace - 1] != '-' || value[kSpan - 1] != '-' || value[kEnd] != '-' ||
      !IsId(trace, kTraceDigits) || !IsId(span, kSpanDigits)) {
    return std::nullopt;
  }
  return RequestTrace{std::string(trace), std::string(span)};
}

// <trace>/<span, decimal>;o=1
std::optional<RequestTrace> FromCloudTrace(std::string_view value) {
  const std::string_view trace = value.substr(0, value.find_first_of("/;"));
  if (!IsId(trace, kTraceDigits)) return std::nullopt;
  RequestTrace found{std::string(trace), ""};
  value.remove_prefix(trace.size());
  std::uint64_t span = 0;
  if (value.starts_with('/')) {
    const auto parsed = std::from_chars(value.data() + 1, value.data() + value.size(), span);
    if (parsed.ec == std::errc() && span != 0) found.span_id = Hex(span);
  }
  return found;
}

RequestTrace NewTrace() {
  thread_local std::mt19937_64 random{[] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }()};
  return {Hex(random()) + Hex(random() | 1), ""};
}

}  // namespace

RequestTrace TraceOf(const HttpHeaders& headers) {
  if (auto trace = FromTraceParent(headers.Get("traceparent"))) return *trace;
  if (auto trace = FromCloudTrace(headers.Get("X-Cloud-Trace-Context"))) return *trace;
  return NewTrace();
}

}  // namespace hyperlocal
