#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/server/fault_action_internal.h"

namespace hyperlocal::gcs {

// The words in which clients' own tests ask for faults: those of googleapis/storage-testbench
// (README, "Retry Test API" and "Force Failures"), so that such tests run against this server as
// they are.

// An instruction of a retry test. K is KiB, B bytes.
//   return-X                                   kStatus
//   return-X-after-YK                          kStatus after Y KiB of the object
//   return-broken-stream                       kClose after 4 bytes of the answer
//   return-broken-stream-after-YK              kClose
//   return-broken-stream-final-chunk-after-YB  kShortAnswer
//   return-reset-connection                    kReset
//   stall-for-Ts-after-YK                      kStall
// Error: kBadRequest with the instruction and this list.
Result<FaultAction> ParseRetryInstruction(std::string_view text);

// What `x-goog-emulator-instructions` says, which knows no state. Nothing for the words of a retry
// that succeeds (`return-503-after-256K/retry-3`) and for those of other transports.
struct EmulatorInstruction {
  std::optional<FaultAction> of_download;          // of an object's bytes, from their beginning
  std::optional<FaultAction> of_resumed_download;  // from somewhere in the middle
  std::optional<FaultAction> of_upload;
};
EmulatorInstruction ParseEmulatorInstruction(std::string_view text);

}  // namespace hyperlocal::gcs
