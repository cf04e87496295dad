#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/server/fault_action_internal.h"

namespace hyperlocal::gcs {

// The retry tests of the official test bench: each has a queue of instructions for a method, taken
// from the front by the requests that name the test in `x-retry-test-id`. Any number of threads.
class RetryTestRegistry {
 public:
  struct Instruction {
    std::string text;  // "return-503"
    FaultAction action;
    std::uint64_t serial = 0;  // tells it from an equal one behind it
  };
  // By method. Instructions that were carried out are no longer in it.
  using Instructions = std::map<std::string, std::deque<Instruction>, std::less<>>;

  struct Test {
    std::string id;
    Instructions instructions;
    std::string transport;   // "HTTP" or "GRPC"
    bool completed = false;  // every instruction was carried out
    std::uint64_t injected = 0;
  };

  // `body` is the JSON of POST /retry_test. Errors: kInvalidJson; kBadRequest with the method, the
  // instruction or the transport that there is not.
  Result<Test> Create(std::string_view body);
  // Error: kNotFound.
  Result<Test> Get(std::string_view id) const;
  Status Delete(std::string_view id);
  std::vector<Test> List() const;
  void Clear();

  // The instruction that the next request of that method is for, left where it is. Error: kNotFound
  // for a test that there is not.
  Result<std::optional<Instruction>> Front(std::string_view id, std::string_view method) const;
  // Takes it, if it is still at the front: false when another request was faster.
  bool Take(std::string_view id, std::string_view method, std::uint64_t serial);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Test, std::less<>> tests_;
  std::uint64_t next_serial_ = 1;
};

// {"id": …, "instructions": {"storage.objects.get": ["return-503"]}, "completed": …, "transport":
// …}
std::string RetryTestJson(const RetryTestRegistry::Test& test);

}  // namespace hyperlocal::gcs
