#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hyperlocal::gcs {

// One thing that goes wrong with one request.
enum class FaultKind {
  // `status` in place of an answer. With `after_bytes`: once that much of an upload has come; what
  // came before is kept as if the client had broken off there.
  kStatus,
  // A TCP reset. Without `after_bytes` nothing is done for the request; with it the request is
  // done, and the answer breaks off after so many bytes of its body (0: not even its head is sent).
  kReset,
  kClose,           // the connection ends in order after `after_bytes` of the answer's body
  kStall,           // silence for `stall` after `after_bytes` of the upload, or of the answer
  kCorrupt,         // the first byte of the answer's body is another one
  kCorruptUpload,   // the first byte of an upload is another one by the time it is stored
  kTruncateUpload,  // an upload breaks off after `after_bytes`, and the connection is reset
  kShortAnswer,     // the answer to a finished resumable upload ends after `after_bytes`
};

struct FaultAction {
  FaultKind kind = FaultKind::kStatus;
  int status = 0;
  std::optional<std::uint64_t> after_bytes;
  std::chrono::milliseconds stall{0};
  bool operator==(const FaultAction&) const = default;
};

}  // namespace hyperlocal::gcs
