#include <charconv>
#include <limits>

#include "fakes/gcs/server/fault_instruction_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::uint64_t kKibibyte = 1024;
constexpr std::uint64_t kInstructionBytes = std::uint64_t{256} * kKibibyte;
// The test bench sends four bytes at a time, and stops after the first.
constexpr std::uint64_t kFewBytes = 4;
constexpr std::chrono::seconds kInstructionStall{10};
constexpr std::uint64_t kMostSeconds = 24 * 60 * 60;

// Takes what it reads off the front.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool Take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  std::optional<std::uint64_t> TakeNumber() {
    std::uint64_t number = 0;
    const char* const end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, number);
    if (error != std::errc() || stop == rest_.data()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return number;
  }
  // "12K", to the end.
  std::optional<std::uint64_t> TakeKibibytesAtEnd() {
    const auto number = TakeNumber();
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() / kKibibyte;
    if (!number || *number > kMost || !Take("K") || !done()) return std::nullopt;
    return *number * kKibibyte;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

FaultAction Status(int status, std::optional<std::uint64_t> after = std::nullopt) {
  return FaultAction{FaultKind::kStatus, status, after, {}};
}

FaultAction Stall(std::chrono::seconds stall, std::uint64_t after) {
  return FaultAction{FaultKind::kStall, 0, after, stall};
}

std::optional<FaultAction> ParseReturn(Words words) {
  if (words.Take("reset-connection")) {
    if (!words.done()) return std::nullopt;
    return FaultAction{FaultKind::kReset, 0, std::nullopt, {}};
  }
  if (words.Take("broken-stream")) {
    if (words.done()) return FaultAction{FaultKind::kClose, 0, kFewBytes, {}};
    if (words.Take("-final-chunk-after-")) {
      const auto bytes = words.TakeNumber();
      if (!bytes || !words.Take("B") || !words.done()) return std::nullopt;
      return FaultAction{FaultKind::kShortAnswer, 0, *bytes, {}};
    }
    if (!words.Take("-after-")) return std::nullopt;
    const auto bytes = words.TakeKibibytesAtEnd();
    if (!bytes) return std::nullopt;
    return FaultAction{FaultKind::kClose, 0, *bytes, {}};
  }
  const auto status = words.TakeNumber();
  if (!status || *status < 200 || *status > 599) return std::nullopt;
  if (words.done()) return Status(static_cast<int>(*status));
  if (!words.Take("-after-")) return std::nullopt;
  const auto bytes = words.TakeKibibytesAtEnd();
  if (!bytes) return std::nullopt;
  return Status(static_cast<int>(*status), *bytes);
}

std::optional<FaultAction> ParseStall(Words words) {
  const auto seconds = words.TakeNumber();
  if (!seconds || *seconds > kMostSeconds || !words.Take("s-after-")) return std::nullopt;
  const auto bytes = words.TakeKibibytesAtEnd();
  if (!bytes) return std::nullopt;
  return Stall(std::chrono::seconds(*seconds), *bytes);
}

}  // namespace

Result<FaultAction> ParseRetryInstruction(std::string_view text) {
  Words words(text);
  std::optional<FaultAction> action;
  if (words.Take("return-")) {
    action = ParseReturn(words);
  } else if (words.Take("stall-for-")) {
    action = ParseStall(words);
  }
  if (action) return *action;
  return Error{ErrorCode::kBadRequest,
               "The fault injection request <" + std::string(text.substr(0, 100)) +
                   "> is not one of return-X (X a status from 200 to 599), return-X-after-YK, "
                   "return-broken-stream, return-broken-stream-after-YK, "
                   "return-broken-stream-final-chunk-after-YB, return-reset-connection, "
                   "stall-for-Ts-after-YK"};
}

EmulatorInstruction ParseEmulatorInstruction(std::string_view text) {
  constexpr std::string_view k503 = "return-503-after-256K";
  if (text == "return-broken-stream") {
    return {.of_download = FaultAction{FaultKind::kReset, 0, kKibibyte * kKibibyte, {}},
            .of_resumed_download = FaultAction{FaultKind::kReset, 0, kKibibyte * kKibibyte, {}},
            .of_upload = {}};
  }
  if (text == "return-corrupted-data") {
    const FaultAction corrupt{FaultKind::kCorrupt, 0, std::nullopt, {}};
    return {.of_download = corrupt, .of_resumed_download = corrupt, .of_upload = {}};
  }
  if (text == "stall-always") {
    const FaultAction stall = Stall(kInstructionStall, 0);
    return {.of_download = stall, .of_resumed_download = stall, .of_upload = {}};
  }
  if (text == "stall-at-256KiB") {
    return {.of_download = Stall(kInstructionStall, kInstructionBytes),
            .of_resumed_download = {},
            .of_upload = {}};
  }
  if (text == "inject-upload-data-error") {
    return {.of_download = {},
            .of_resumed_download = {},
            .of_upload = FaultAction{FaultKind::kCorruptUpload, 0, std::nullopt, {}}};
  }
  if (text == k503) {
    return {.of_download = FaultAction{FaultKind::kReset, 0, kInstructionBytes, {}},
            .of_resumed_download = {},
            .of_upload = Status(503, kInstructionBytes)};
  }
  if (text == std::string(k503) + "/retry-1" || text == std::string(k503) + "/retry-2") {
    return {.of_download = FaultAction{FaultKind::kReset, 0, kInstructionBytes, {}},
            .of_resumed_download = Status(503),
            .of_upload = {}};
  }
  return {};
}

}  // namespace hyperlocal::gcs
