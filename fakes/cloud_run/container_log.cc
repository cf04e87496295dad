#include <array>
#include <nlohmann/json.hpp>

#include "engine/json/canonical_json.h"
#include "fakes/cloud_run/container_log_internal.h"

namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 9> kSeverities{
    "DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"};

std::string TakeText(Json& object, const char* name) {
  const auto it = object.find(name);
  if (it == object.end() || !it->is_string()) return "";
  std::string text = it->get<std::string>();
  object.erase(name);
  return text;
}

std::string UpperCase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

void LineSplitter::Feed(std::string_view bytes,
                        const std::function<void(std::string_view line)>& on_line) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::size_t room = kLongestLine - open_.size();
    const std::size_t part = std::min({end, bytes.size(), room});
    open_ += bytes.substr(0, part);
    bytes.remove_prefix(part);
    const bool is_at_end = part == end;
    if (is_at_end) bytes.remove_prefix(1);
    if (is_at_end || open_.size() == kLongestLine) {
      // A line that is exactly as long as can be does not end with an empty one.
      if (!is_at_end && bytes.starts_with('\n')) bytes.remove_prefix(1);
      Finish(on_line);
    }
  }
}

void LineSplitter::Finish(const std::function<void(std::string_view line)>& on_line) {
  if (open_.ends_with('\r')) open_.pop_back();
  if (!open_.empty()) on_line(open_);
  open_.clear();
}

LogEntry ContainerEntry(std::string_view line) {
  LogEntry entry;
  if (line.starts_with('{')) {
    auto object = ParseOrderedJson(line, "log line");
    if (object && object->is_object()) {
      const auto severity = object->find("severity");
      if (severity != object->end() && severity->is_string()) {
        const std::string upper = UpperCase(severity->get<std::string>());
        for (const std::string_view known : kSeverities) {
          if (known != upper) continue;
          entry.severity = upper;
          object->erase("severity");
          break;
        }
      }
      entry.trace = TakeText(*object, "logging.googleapis.com/trace");
      entry.span_id = TakeText(*object, "logging.googleapis.com/spanId");
      if (auto text = CompactJson(*object)) {
        entry.json = std::move(*text);
        return entry;
      }
    }
    entry = LogEntry{};
  }
  entry.text = line;
  return entry;
}

}  // namespace hyperlocal::cloud_run
