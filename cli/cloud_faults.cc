#include "cli/cloud_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::json;

constexpr std::string_view kRandom = "random:";

// Often enough that most renders meet some, rarely enough that most come through: a request to the
// service is repeated four to six times, one to the store as often as its deadline allows. What
// could not be repeated for ever is bounded.
json RandomRules(std::uint64_t seed) {
  const auto storage = [](const char* method, double probability, json fault) {
    fault["method"] = method;
    fault["probability"] = probability;
    return fault;
  };
  const auto service = [](double probability, int times, json fault) {
    fault["probability"] = probability;
    fault["times"] = times;
    return fault;
  };
  const json any_part = json::array({0, 65536});
  return {
      {"seed", seed},
      {"storage",
       {{"rules",
         {storage("storage.objects.*", 0.03, {{"action", "status"}, {"status", 503}}),
          storage("storage.objects.*", 0.02, {{"action", "status"}, {"status", 429}}),
          storage("storage.objects.get", 0.04, {{"action", "reset"}, {"after_bytes", any_part}}),
          storage("storage.objects.get", 0.04, {{"action", "close"}, {"after_bytes", any_part}}),
          storage("storage.objects.get", 0.02, {{"action", "corrupt"}}),
          storage("storage.objects.get", 0.04, {{"action", "stall"}, {"stall_ms", 300}}),
          storage("storage.objects.insert", 0.03, {{"action", "reset"}, {"after_bytes", any_part}}),
          storage("storage.objects.insert", 0.02, {{"action", "corrupt-upload"}})}}}},
      {"service",
       {{"rules",
         {service(0.06, 2, {{"fault", "status"}, {"status", 403}}),
          service(0.06, 2, {{"fault", "status"}, {"status", 429}}),
          service(0.05, 2, {{"fault", "status"}, {"status", 500}}),
          service(0.05, 2, {{"fault", "status"}, {"status", 503}}),
          service(0.05, 2, {{"fault", "status"}, {"status", 504}}),
          service(0.05, 2, {{"fault", "reset"}}), service(0.08, 2, {{"fault", "kill"}}),
          service(0.06, 2, {{"fault", "duplicate"}}),
          service(0.08, 3, {{"fault", "delay"}, {"delay_ms", 300}}),
          service(0.08, 2, {{"fault", "kill"}, {"action", "renderChunk"}, {"at_frame", {1, 30}}}),
          service(0.08, 2, {{"fault", "kill"}, {"after_ms", {0, 2000}}}),
          service(0.08, 2,
                  {{"fault", "full_disk"}, {"free_bytes", any_part}, {"where_possible", true}})}}}},
      {"workflows", {{"restarts_ms", json::array({100 + seed % 7 * 90})}}},
  };
}

constexpr double kSlowest = 0.001;
constexpr double kFastest = 10'000;

Error Usage(std::string_view what) {
  return Error{ErrorCode::kUsage, fmt::format("--faults: {}", what)};
}

Status ReadWorkflows(const json& plan, CloudFaults& faults) {
  for (const auto& [name, value] : plan.items()) {
    if (name == "restarts_ms" && value.is_array()) {
      for (const json& time : value) {
        if (!time.is_number_unsigned()) return Usage("workflows.restarts_ms holds whole numbers");
        faults.workflow_restarts.emplace_back(time.get<std::int64_t>());
      }
      std::sort(faults.workflow_restarts.begin(), faults.workflow_restarts.end());
    } else if (name == "clock_rate" && value.is_number()) {
      faults.workflow_clock_rate = value.get<double>();
      if (!(faults.workflow_clock_rate >= kSlowest && faults.workflow_clock_rate <= kFastest)) {
        return Usage(fmt::format("workflows.clock_rate is {} to {}", kSlowest, kFastest));
      }
    } else {
      return Usage(fmt::format(
          "workflows has restarts_ms (a list) and clock_rate (a number), but not '{}'", name));
    }
  }
  return Ok();
}

Result<json> Document(std::string_view text) {
  if (!text.starts_with(kRandom)) {
    const std::string file(text);
    HYPERLOCAL_TRY(const std::string written, ReadWholeFile(file));
    return ParseJson(written, file);
  }
  const std::string_view digits = text.substr(kRandom.size());
  std::uint64_t seed = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) {
    return Usage(fmt::format("a seed is a number, as in random:7; got '{}'", text));
  }
  return RandomRules(seed);
}

}  // namespace

std::string RandomFaults(std::uint64_t seed) {
  return RandomRules(seed).dump(2) + "\n";
}

Result<CloudFaults> ReadCloudFaults(std::string_view text) {
  HYPERLOCAL_TRY(const json document, Document(text));
  if (!document.is_object())
    return Usage("a plan is an object with seed, storage, service and workflows");
  CloudFaults faults;
  for (const auto& [name, value] : document.items()) {
    if (name == "seed") continue;
    if (name == "workflows" && value.is_object()) {
      HYPERLOCAL_TRY_STATUS(ReadWorkflows(value, faults));
      continue;
    }
    std::string* const plan = name == "storage"   ? &faults.storage
                              : name == "service" ? &faults.service
                                                  : nullptr;
    if (plan == nullptr) {
      return Usage(
          fmt::format("a plan has seed, storage, service and workflows, but not '{}'", name));
    }
    if (!value.is_object()) return Usage(fmt::format("{} is an object with rules", name));
    json part = value;
    if (!part.contains("seed") && document.contains("seed")) part["seed"] = document["seed"];
    *plan = part.dump();
  }
  return faults;
}

}  // namespace hyperlocal::cli
