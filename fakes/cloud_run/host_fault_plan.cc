#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "fakes/cloud_run/host_fault_plan_internal.h"

namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, HostFaultKind>, 6> kFaults{{
    {"status", HostFaultKind::kStatus},
    {"reset", HostFaultKind::kReset},
    {"delay", HostFaultKind::kDelay},
    {"kill", HostFaultKind::kKill},
    {"duplicate", HostFaultKind::kDuplicate},
    {"full_disk", HostFaultKind::kFullDisk},
}};
constexpr std::array<std::string_view, 13> kMembers{
    "method",   "path",     "action",     "probability",    "fault", "status", "delay_ms",
    "after_ms", "at_frame", "free_bytes", "where_possible", "skip",  "times"};
constexpr std::size_t kMostRules = 1000;
constexpr double kMostExact = 9007199254740992.0;  // 2^53: whole numbers of JSON are exact to here
constexpr std::uint64_t kLongestDelayMs = 24ULL * 60 * 60 * 1000;

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
std::uint64_t Mix(std::uint64_t state) {
  state += 0x9E3779B97F4A7C15u;
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9u;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EBu;
  return state ^ (state >> 31);
}

Error Bad(const std::string& place, std::string_view expectation) {
  return Error{ErrorCode::kBadRequest,
               "fault plan: " + place + " must be " + std::string(expectation)};
}

// Of one rule.
class RuleReader {
 public:
  RuleReader(const Json& rule, std::string place) : rule_(rule), place_(std::move(place)) {}

  Result<HostFaultRule> Read() {
    if (!rule_.is_object()) return Bad(place_, "an object");
    for (const auto& [name, value] : rule_.items()) {
      if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
        return Bad(place_ + "." + name.substr(0, 60),
                   "one of method, path, action, probability, fault, status, delay_ms, after_ms, "
                   "at_frame, "
                   "free_bytes, where_possible, skip, times");
      }
    }
    HostFaultRule read;
    HYPERLOCAL_TRY(read.method, Text("method"));
    HYPERLOCAL_TRY(read.path, Text("path"));
    HYPERLOCAL_TRY(read.action, Text("action"));
    if (!read.path.empty() && read.path.front() != '/') {
      return Bad(place_ + ".path", "a path (\"/render\"), or the beginning of one and a *");
    }
    if (const Json* const value = Find("probability")) {
      if (!value->is_number() || !(value->get<double>() >= 0 && value->get<double>() <= 1)) {
        return Bad(place_ + ".probability", "a number from 0 to 1");
      }
      read.probability = value->get<double>();
    }
    HYPERLOCAL_TRY_STATUS(ReadFault(read));
    HYPERLOCAL_TRY(read.skip, Number("skip", 0));
    if (Find("times") != nullptr) {
      HYPERLOCAL_TRY(read.times, Number("times", 0));
    }
    return read;
  }

 private:
  const Json* Find(const char* name) const {
    const auto it = rule_.find(name);
    return it == rule_.end() ? nullptr : &*it;
  }

  Result<std::string> Text(const char* name) const {
    const Json* const value = Find(name);
    if (value == nullptr) return std::string();
    if (!value->is_string()) return Bad(place_ + "." + name, "a text");
    return value->get<std::string>();
  }

  Result<std::uint64_t> Number(const char* name, std::uint64_t otherwise) const {
    const Json* const value = Find(name);
    if (value == nullptr) return otherwise;
    const double number = value->is_number() ? value->get<double>() : -1;
    if (!(number >= 0 && number <= kMostExact) || number != std::floor(number)) {
      return Bad(place_ + "." + name, "a whole number");
    }
    return static_cast<std::uint64_t>(number);
  }

  Status ReadFault(HostFaultRule& read) const {
    HYPERLOCAL_TRY(const std::string name, Text("fault"));
    const auto* const known = std::find_if(kFaults.begin(), kFaults.end(),
                                           [&](const auto& fault) { return fault.first == name; });
    if (known == kFaults.end()) {
      return Bad(place_ + ".fault", "one of status, reset, delay, kill, duplicate, full_disk");
    }
    read.fault = known->second;
    const bool has_status = Find("status") != nullptr, has_delay = Find("delay_ms") != nullptr;
    if (has_status != (read.fault == HostFaultKind::kStatus)) {
      return Bad(place_ + ".status", "there with the fault \"status\", and with no other");
    }
    if (has_delay != (read.fault == HostFaultKind::kDelay)) {
      return Bad(place_ + ".delay_ms", "there with the fault \"delay\", and with no other");
    }
    HYPERLOCAL_TRY(const std::uint64_t status, Number("status", 500));
    if (status < 400 || status > 599) return Bad(place_ + ".status", "a status from 400 to 599");
    read.status = has_status ? static_cast<int>(status) : 0;
    HYPERLOCAL_TRY(const std::uint64_t delay, Number("delay_ms", 0));
    if (delay > kLongestDelayMs) return Bad(place_ + ".delay_ms", "at most a day");
    read.delay = std::chrono::milliseconds(delay);
    HYPERLOCAL_TRY_STATUS(ReadKill(read));
    return ReadDisk(read);
  }

  // A number, or the least and the most.
  Result<std::optional<HostFaultRange>> Range(const char* name) const {
    const Json* const value = Find(name);
    if (value == nullptr) return std::optional<HostFaultRange>();
    const auto whole = [](const Json& one) {
      const double number = one.is_number() ? one.get<double>() : -1;
      return number >= 0 && number < kMostExact && number == std::floor(number);
    };
    if (whole(*value)) {
      const auto number = static_cast<std::uint64_t>(value->get<double>());
      return std::optional(HostFaultRange{number, number});
    }
    if (!value->is_array() || value->size() != 2 || !whole((*value)[0]) || !whole((*value)[1]) ||
        (*value)[0].get<double>() > (*value)[1].get<double>()) {
      return Bad(place_ + "." + name, "a whole number, or two in an array: the least and the most");
    }
    return std::optional(HostFaultRange{static_cast<std::uint64_t>((*value)[0].get<double>()),
                                        static_cast<std::uint64_t>((*value)[1].get<double>())});
  }

  Status ReadKill(HostFaultRule& read) const {
    HYPERLOCAL_TRY(read.after_ms, Range("after_ms"));
    HYPERLOCAL_TRY(read.at_frame, Range("at_frame"));
    const bool is_kill = read.fault == HostFaultKind::kKill;
    if (read.after_ms && !is_kill) return Bad(place_ + ".after_ms", "with the fault \"kill\" only");
    if (read.at_frame && !is_kill) return Bad(place_ + ".at_frame", "with the fault \"kill\" only");
    if (read.after_ms && read.at_frame) {
      return Bad(place_, "killed after_ms or at_frame, not both");
    }
    if (read.after_ms && read.after_ms->most > kLongestDelayMs) {
      return Bad(place_ + ".after_ms", "at most a day");
    }
    if (read.at_frame && read.at_frame->least < 1) {
      return Bad(place_ + ".at_frame", "1 or more: frames of the chunk that are done");
    }
    return Ok();
  }

  Status ReadDisk(HostFaultRule& read) const {
    const bool is_disk = read.fault == HostFaultKind::kFullDisk;
    HYPERLOCAL_TRY(const std::optional<HostFaultRange> free, Range("free_bytes"));
    if (free && !is_disk) return Bad(place_ + ".free_bytes", "with the fault \"full_disk\" only");
    read.free_bytes = free.value_or(HostFaultRange{});
    if (const Json* const value = Find("where_possible")) {
      if (!is_disk || !value->is_boolean()) {
        return Bad(place_ + ".where_possible", "true or false, with the fault \"full_disk\" only");
      }
      read.where_possible = value->get<bool>();
    }
    return Ok();
  }

  const Json& rule_;
  const std::string place_;
};

bool IsAbout(const HostFaultRule& rule, std::string_view method, std::string_view path,
             std::string_view action) {
  if (!rule.method.empty() && rule.method != method) return false;
  if (!rule.action.empty() && rule.action != action) return false;
  if (rule.path.empty()) return true;
  if (rule.path.back() != '*') return rule.path == path;
  return path.starts_with(std::string_view(rule.path).substr(0, rule.path.size() - 1));
}

std::string_view NameOf(HostFaultKind kind) {
  for (const auto& [name, known] : kFaults) {
    if (known == kind) return name;
  }
  return "";
}

nlohmann::ordered_json RangeJson(const HostFaultRange& range) {
  if (range.least == range.most) return range.least;
  return nlohmann::ordered_json::array({range.least, range.most});
}

}  // namespace

HostFaultPlan::HostFaultPlan(std::uint64_t seed, std::vector<HostFaultRule> rules)
    : seed_(seed),
      rules_(std::move(rules)),
      wants_action_(std::any_of(rules_.begin(), rules_.end(),
                                [](const auto& rule) { return !rule.action.empty(); })),
      counts_(rules_.size()) {}

Result<std::shared_ptr<HostFaultPlan>> HostFaultPlan::Parse(std::string_view text) {
  HYPERLOCAL_TRY(const Json plan, ParseJson(text, "fault plan"));
  if (!plan.is_object()) return Bad("the whole", "an object with seed and rules");
  for (const auto& [name, value] : plan.items()) {
    if (name != "seed" && name != "rules") {
      return Bad("the member " + name.substr(0, 60), "seed or rules");
    }
  }
  std::uint64_t seed = 0;
  if (const auto it = plan.find("seed"); it != plan.end()) {
    const double number = it->is_number() ? it->get<double>() : -1;
    if (!(number >= 0 && number <= kMostExact) || number != std::floor(number)) {
      return Bad("seed", "a whole number");
    }
    seed = static_cast<std::uint64_t>(number);
  }
  const auto it = plan.find("rules");
  if (it == plan.end() || !it->is_array() || it->size() > kMostRules) {
    return Bad("rules", "an array of at most 1000 rules");
  }
  std::vector<HostFaultRule> rules;
  for (std::size_t i = 0; i < it->size(); ++i) {
    HYPERLOCAL_TRY(HostFaultRule rule,
                   RuleReader((*it)[i], "rules[" + std::to_string(i) + "]").Read());
    rules.push_back(std::move(rule));
  }
  return std::make_shared<HostFaultPlan>(seed, std::move(rules));
}

bool HostFaultPlan::wants_disks() const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [](const auto& rule) { return rule.fault == HostFaultKind::kFullDisk; });
}

bool HostFaultPlan::must_have_disks() const {
  return std::any_of(rules_.begin(), rules_.end(), [](const auto& rule) {
    return rule.fault == HostFaultKind::kFullDisk && !rule.where_possible;
  });
}

void HostFaultPlan::Missed(const HostFault& fault) {
  const std::lock_guard lock(mutex_);
  ++counts_[fault.place].missed;
}

std::optional<HostFault> HostFaultPlan::Choose(std::string_view method, std::string_view path,
                                               std::string_view action) {
  std::optional<HostFault> chosen;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const HostFaultRule& rule = rules_[i];
    if (!IsAbout(rule, method, path, action)) continue;
    Count& count = counts_[i];
    const std::uint64_t n = count.matched++;
    if (chosen || n < rule.skip || (rule.times && count.injected >= *rule.times)) continue;
    const std::uint64_t draw = Mix(Mix(Mix(seed_) ^ i) ^ n);
    // The upper 53 bits are a number from 0 to just below 1.
    if (static_cast<double>(draw >> 11) / kMostExact >= rule.probability) continue;
    ++count.injected;
    // Another number than the one that was compared with the probability.
    const auto from = [drawn = Mix(draw)](const HostFaultRange& range) {
      return range.least + drawn % (range.most - range.least + 1);
    };
    chosen.emplace();
    chosen->rule = rule;
    chosen->place = i;
    chosen->free_bytes = from(rule.free_bytes);
    if (rule.after_ms) chosen->kill_after = std::chrono::milliseconds(from(*rule.after_ms));
    if (rule.at_frame) chosen->kill_at_frame = from(*rule.at_frame);
  }
  return chosen;
}

std::string HostFaultPlan::CountsJson() const {
  nlohmann::ordered_json plan;
  plan["seed"] = seed_;
  plan["rules"] = nlohmann::ordered_json::array();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const HostFaultRule& rule = rules_[i];
    nlohmann::ordered_json one;
    if (!rule.method.empty()) one["method"] = rule.method;
    if (!rule.path.empty()) one["path"] = rule.path;
    if (!rule.action.empty()) one["action"] = rule.action;
    one["probability"] = rule.probability;
    one["fault"] = NameOf(rule.fault);
    if (rule.status != 0) one["status"] = rule.status;
    if (rule.fault == HostFaultKind::kDelay) one["delay_ms"] = rule.delay.count();
    if (rule.after_ms) one["after_ms"] = RangeJson(*rule.after_ms);
    if (rule.at_frame) one["at_frame"] = RangeJson(*rule.at_frame);
    if (rule.fault == HostFaultKind::kFullDisk) one["free_bytes"] = RangeJson(rule.free_bytes);
    if (rule.where_possible) one["where_possible"] = true;
    if (rule.skip != 0) one["skip"] = rule.skip;
    if (rule.times) one["times"] = *rule.times;
    one["matched"] = counts_[i].matched;
    one["injected"] = counts_[i].injected;
    if (counts_[i].missed != 0) one["missed"] = counts_[i].missed;
    plan["rules"].push_back(std::move(one));
  }
  return plan.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string ActionOf(std::string_view body) {
  const auto event = ParseJson(body, "event");
  if (!event) return "";
  const Json* at = &*event;
  for (int depth = 0; depth <= 4 && at->is_object(); ++depth) {
    const auto action = at->find("Action");
    if (action != at->end()) return action->is_string() ? action->get<std::string>() : "";
    auto inner = at->find("Payload");
    if (inner == at->end()) inner = at->find("Input");
    if (inner == at->end()) return "";
    at = &*inner;
  }
  return "";
}

}  // namespace hyperlocal::cloud_run
