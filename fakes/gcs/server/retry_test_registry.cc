#include "fakes/gcs/server/retry_test_registry_internal.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "engine/json/canonical_json.h"
#include "fakes/gcs/server/fault_instruction_internal.h"
#include "fakes/gcs/server/fault_method_internal.h"
#include "fakes/gcs/server/json_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

// Tests that nobody deletes do not fill the memory: the test suites of clients make some hundreds.
constexpr std::size_t kMostTests = 10'000;
constexpr std::size_t kMostInstructions = 1'000;

// 32 hex digits, as the test bench's.
std::string NewId() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::random_device random;
  std::string id;
  for (int i = 0; i < 32; ++i) id += kHex[random() & 15u];
  return id;
}

Error NoSuchTest(std::string_view id) {
  return Error{ErrorCode::kNotFound,
               "Retry Test " + std::string(id.substr(0, 100)) +
                   " does not exist; POST /retry_test makes one and answers its id",
               "id"};
}

Error Bad(std::string message) {
  return Error{ErrorCode::kBadRequest, std::move(message)};
}

Result<std::string> ReadTransport(const nlohmann::json& body) {
  const auto it = body.find("transport");
  if (it == body.end()) return std::string("HTTP");
  if (!it->is_string()) return Bad("transport must be \"HTTP\" or \"GRPC\"");
  std::string transport = it->get<std::string>();
  std::transform(transport.begin(), transport.end(), transport.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (transport == "HTTP" || transport == "GRPC") return transport;
  return Bad("The requested transport <" + transport.substr(0, 100) +
             "> is not supported: it must be \"HTTP\" or \"GRPC\"");
}

}  // namespace

Result<RetryTestRegistry::Test> RetryTestRegistry::Create(std::string_view body) {
  HYPERLOCAL_TRY(const nlohmann::json json, ParseJson(body, "retry test"));
  const auto it = json.is_object() ? json.find("instructions") : json.end();
  if (!json.is_object() || it == json.end() || !it->is_object() || it->empty()) {
    return Bad(
        "instructions is not defined; a retry test is "
        "{\"instructions\": {\"storage.objects.get\": [\"return-503\"]}}");
  }
  Test test;
  HYPERLOCAL_TRY(test.transport, ReadTransport(json));
  for (const auto& [method, list] : it->items()) {
    if (!IsFaultMethod(method)) {
      return Bad("The requested method <" + method.substr(0, 100) +
                 "> for fault injection is not one of " + FaultMethodNames());
    }
    if (!list.is_array() || list.size() > kMostInstructions) {
      return Bad("instructions." + method + " must be an array of at most " +
                 std::to_string(kMostInstructions) + " instructions");
    }
    for (const auto& text : list) {
      if (!text.is_string()) return Bad("instructions." + method + " must hold texts");
      Instruction instruction{text.get<std::string>(), {}, 0};
      HYPERLOCAL_TRY(instruction.action, ParseRetryInstruction(instruction.text));
      test.instructions[method].push_back(std::move(instruction));
    }
  }
  test.id = NewId();

  const std::lock_guard lock(mutex_);
  if (tests_.size() >= kMostTests) {
    return Bad("there are " + std::to_string(kMostTests) +
               " retry tests; DELETE /retry_test/{id} those that are over");
  }
  for (auto& [method, queue] : test.instructions) {
    for (Instruction& instruction : queue) instruction.serial = next_serial_++;
  }
  return tests_.emplace(test.id, test).first->second;
}

Result<RetryTestRegistry::Test> RetryTestRegistry::Get(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto it = tests_.find(id);
  if (it == tests_.end()) return NoSuchTest(id);
  return it->second;
}

Status RetryTestRegistry::Delete(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto it = tests_.find(id);
  if (it == tests_.end()) return NoSuchTest(id);
  tests_.erase(it);
  return Ok();
}

std::vector<RetryTestRegistry::Test> RetryTestRegistry::List() const {
  const std::lock_guard lock(mutex_);
  std::vector<Test> tests;
  for (const auto& [id, test] : tests_) tests.push_back(test);
  return tests;
}

void RetryTestRegistry::Clear() {
  const std::lock_guard lock(mutex_);
  tests_.clear();
}

Result<std::optional<RetryTestRegistry::Instruction>> RetryTestRegistry::Front(
    std::string_view id, std::string_view method) const {
  const std::lock_guard lock(mutex_);
  const auto it = tests_.find(id);
  if (it == tests_.end()) return NoSuchTest(id);
  const auto queue = it->second.instructions.find(method);
  if (it->second.transport != "HTTP" || queue == it->second.instructions.end() ||
      queue->second.empty()) {
    return std::optional<Instruction>();
  }
  return std::optional<Instruction>(queue->second.front());
}

bool RetryTestRegistry::Take(std::string_view id, std::string_view method, std::uint64_t serial) {
  const std::lock_guard lock(mutex_);
  const auto it = tests_.find(id);
  if (it == tests_.end()) return false;
  Test& test = it->second;
  const auto queue = test.instructions.find(method);
  if (queue == test.instructions.end() || queue->second.empty() ||
      queue->second.front().serial != serial) {
    return false;
  }
  queue->second.pop_front();
  ++test.injected;
  test.completed = std::all_of(test.instructions.begin(), test.instructions.end(),
                               [](const auto& entry) { return entry.second.empty(); });
  return true;
}

std::string RetryTestJson(const RetryTestRegistry::Test& test) {
  JsonWriter json;
  json.BeginObject();
  json.Member("id", test.id);
  json.BeginObject("instructions");
  for (const auto& [method, queue] : test.instructions) {
    json.BeginArray(method);
    for (const RetryTestRegistry::Instruction& instruction : queue) json.Text(instruction.text);
    json.EndArray();
  }
  json.EndObject();
  json.Member("completed", test.completed);
  json.Member("transport", test.transport);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace hyperlocal::gcs
