#include "cli/batch_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "engine/file/whole_file.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::ordered_json;
using State = BatchRecord::State;

constexpr std::string_view kSchema = "hyperlocal.render-batch-journal/1";
constexpr std::array<std::pair<State, std::string_view>, 5> kStates{
    std::pair{State::kStarting, std::string_view("starting")},
    std::pair{State::kRunning, std::string_view("running")},
    std::pair{State::kSucceeded, std::string_view("succeeded")},
    std::pair{State::kFailed, std::string_view("failed")},
    std::pair{State::kCancelled, std::string_view("cancelled")}};

std::string Dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string TextMember(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::pair<std::string, BatchRecord>> RecordOf(std::string_view line) {
  const auto json = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const std::string state = TextMember(json, "state");
  for (const auto& [value, name] : kStates) {
    if (name != state) continue;
    BatchRecord record{.state = value,
                       .render_id = TextMember(json, "renderId"),
                       .execution_name = TextMember(json, "executionName"),
                       .output_gcs_uri = TextMember(json, "outputGcsUri"),
                       .error = TextMember(json, "error")};
    if (json.contains("bytes") && json["bytes"].is_number_integer()) record.bytes = json["bytes"];
    if (json.contains("costUsd") && json["costUsd"].is_number()) record.cost_usd = json["costUsd"];
    return std::pair{TextMember(json, "key"), std::move(record)};
  }
  return std::nullopt;
}

Status WriteAll(int to, std::string_view text, const std::filesystem::path& file) {
  const auto failed = [&file] {
    return Error{ErrorCode::kIo,
                 fmt::format("cannot write {}: {}", file.string(), std::strerror(errno))};
  };
  while (!text.empty()) {
    const ssize_t written = ::write(to, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fdatasync(to) != 0) return failed();
  return Ok();
}

}  // namespace

std::string_view WireName(State state) {
  for (const auto& [value, name] : kStates) {
    if (value == state) return name;
  }
  return "";
}

Result<std::unique_ptr<BatchJournal>> BatchJournal::Open(const std::filesystem::path& file) {
  const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (opened < 0) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("cannot open {}: {}", file.string(), std::strerror(errno))};
  }
  std::unique_ptr<BatchJournal> journal(new BatchJournal(file, opened));
  if (::flock(opened, LOCK_EX | LOCK_NB) != 0) {
    return Error{
        ErrorCode::kConflict,
        fmt::format("another render-batch works on this batch ({} is locked)", file.string())};
  }
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (whole != text.size() && ::ftruncate(opened, static_cast<off_t>(whole)) != 0) {
    return Error{ErrorCode::kIo,
                 fmt::format("cannot mend {}: {}", file.string(), std::strerror(errno))};
  }
  if (whole == 0) {
    HYPERLOCAL_TRY_STATUS(WriteAll(opened, Dump({{"schema", kSchema}}), file));
    return journal;
  }
  std::string_view rest(text.data(), whole);
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (number == 1) {
      const auto head = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (head.is_object() && TextMember(head, "schema") == kSchema) continue;
      return Error{
          ErrorCode::kInvalidJson,
          fmt::format("{} is no journal of a batch; move it away to begin anew", file.string())};
    }
    auto record = RecordOf(line);
    if (!record) {
      return Error{ErrorCode::kInvalidJson,
                   fmt::format("{}:{} makes no sense; move the journal away to begin anew",
                               file.string(), number)};
    }
    journal->records_[record->first] = std::move(record->second);
  }
  return journal;
}

const BatchRecord* BatchJournal::Find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

Status BatchJournal::Put(const std::string& key, const BatchRecord& record) {
  ordered_json json{
      {"key", key}, {"state", WireName(record.state)}, {"renderId", record.render_id}};
  if (!record.execution_name.empty()) json["executionName"] = record.execution_name;
  if (!record.output_gcs_uri.empty()) json["outputGcsUri"] = record.output_gcs_uri;
  if (record.over()) {
    json["bytes"] = record.bytes;
    json["costUsd"] = record.cost_usd;
  }
  if (!record.error.empty()) json["error"] = record.error;
  HYPERLOCAL_TRY_STATUS(WriteAll(descriptor_.get(), Dump(json), file_));
  records_[key] = record;
  return Ok();
}

}  // namespace hyperlocal::cli
