#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <random>

#include "fakes/cloud_run/trace_context_internal.h"

namespace hyperlocal::cloud_run {
namespace {

// Two traces of one name would be a nuisance, not a danger: no secret depends on it.
std::uint64_t RandomNumber() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  std::uint64_t number = 0;
  while (number == 0) number = generator();
  return number;
}

bool IsHex(std::string_view text, std::size_t size) {
  return text.size() == size &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

struct Parent {
  std::string trace_id;
  bool sampled = false;
};

std::optional<Parent> FromTraceparent(std::string_view text) {
  // version 2, trace 32, parent 16, flags 2; a later version may have more behind them.
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') {
    return std::nullopt;
  }
  if (text.substr(0, 2) == "ff" || (text.substr(0, 2) == "00" && text.size() != 55)) {
    return std::nullopt;
  }
  const std::string_view trace = text.substr(3, 32);
  if (!IsHex(trace, 32) || !IsHex(text.substr(36, 16), 16)) return std::nullopt;
  return Parent{std::string(trace), (text[54] & 1) != 0};
}

std::optional<Parent> FromCloudContext(std::string_view text) {
  const std::size_t end = std::min(text.find_first_of("/;"), text.size());
  if (!IsHex(text.substr(0, end), 32)) return std::nullopt;
  return Parent{std::string(text.substr(0, end)), text.ends_with(";o=1")};
}

}  // namespace

TraceContext TraceContext::Of(const HttpHeaders& headers) {
  std::optional<Parent> parent = FromTraceparent(headers.Get("traceparent"));
  if (!parent) parent = FromCloudContext(headers.Get("X-Cloud-Trace-Context"));
  TraceContext context;
  context.span_id = fmt::format("{:016x}", RandomNumber());
  if (parent) {
    context.trace_id = std::move(parent->trace_id);
    context.sampled = parent->sampled;
  } else {
    context.trace_id = fmt::format("{:016x}{:016x}", RandomNumber(), RandomNumber());
    context.sampled = true;
  }
  return context;
}

std::string TraceContext::traceparent() const {
  return fmt::format("00-{}-{}-{}", trace_id, span_id, sampled ? "01" : "00");
}

std::string TraceContext::cloud_context() const {
  return fmt::format("{}/{};o={}", trace_id, std::stoull(span_id, nullptr, 16), sampled ? 1 : 0);
}

}  // namespace hyperlocal::cloud_run
