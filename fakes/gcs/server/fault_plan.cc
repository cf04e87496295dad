#include "fakes/gcs/server/fault_plan_internal.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "fakes/gcs/server/fault_method_internal.h"

namespace hyperlocal::gcs {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, FaultKind>, 7> kActions{{
    {"status", FaultKind::kStatus},
    {"reset", FaultKind::kReset},
    {"close", FaultKind::kClose},
    {"stall", FaultKind::kStall},
    {"corrupt", FaultKind::kCorrupt},
    {"corrupt-upload", FaultKind::kCorruptUpload},
    {"truncate-upload", FaultKind::kTruncateUpload},
}};
constexpr std::string_view kActionNames =
    "status, reset, close, stall, corrupt, corrupt-upload, truncate-upload";
constexpr std::string_view kRuleMembers =
    "method, bucket, prefix, probability, action, status, stall_ms, after_bytes, skip, times";
constexpr std::size_t kMostRules = 1000;
constexpr double kMostExact = 9007199254740992.0;  // 2^53: whole numbers of JSON are exact to here
constexpr double kMostStallMs = 24.0 * 60 * 60 * 1000;

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): one step
// from any state is as good as random.
std::uint64_t Mix(std::uint64_t state) {
  state += 0x9E3779B97F4A7C15u;
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9u;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EBu;
  return state ^ (state >> 31);
}

std::string Shown(const Json& value) {
  auto text = CanonicalJson(value);
  std::string shown = text ? *text : "what is no JSON";
  if (shown.size() > 60) shown = shown.substr(0, 60) + "…";
  return shown;
}

Error Bad(const std::string& place, const Json& value, std::string_view expectation) {
  return Error{ErrorCode::kBadRequest, "fault plan: " + place + " is " + Shown(value) +
                                           "; it must be " + std::string(expectation)};
}

// A whole number that JSON holds exactly.
std::optional<std::uint64_t> WholeNumber(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  if (!(number >= 0 && number <= kMostExact) || number != std::floor(number)) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

class RuleReader {
 public:
  RuleReader(const Json& rule, std::string place) : rule_(rule), place_(std::move(place)) {}

  Result<FaultRule> Read() {
    if (!rule_.is_object()) return Bad(place_, rule_, "an object");
    for (const auto& [name, value] : rule_.items()) {
      if (!IsMember(name)) {
        return Error{ErrorCode::kBadRequest, "fault plan: " + place_ + " has a member \"" +
                                                 name.substr(0, 60) + "\"; there are " +
                                                 std::string(kRuleMembers)};
      }
    }
    FaultRule read;
    HYPERLOCAL_TRY(read.method, Text("method", "*"));
    if (!IsFaultMethodPattern(read.method)) {
      return Bad(At("method"), rule_.at("method"),
                 "the beginning of a method and a *, or one of " + FaultMethodNames());
    }
    HYPERLOCAL_TRY(read.bucket, Text("bucket", ""));
    HYPERLOCAL_TRY(read.prefix, Text("prefix", ""));
    if (const Json* value = Find("probability")) {
      if (!value->is_number() || !(value->get<double>() >= 0 && value->get<double>() <= 1)) {
        return Bad(At("probability"), *value, "a number from 0 to 1");
      }
      read.probability = value->get<double>();
    }
    HYPERLOCAL_TRY_STATUS(ReadAction(read));
    HYPERLOCAL_TRY_STATUS(ReadAfterBytes(read));
    if (const Json* value = Find("skip")) {
      const auto number = WholeNumber(*value);
      if (!number) return Bad(At("skip"), *value, "a whole number");
      read.skip = *number;
    }
    if (const Json* value = Find("times")) {
      read.times = WholeNumber(*value);
      if (!read.times) return Bad(At("times"), *value, "a whole number");
    }
    return read;
  }

 private:
  static bool IsMember(std::string_view name) {
    for (const std::string_view known : {"method", "bucket", "prefix", "probability", "action",
                                         "status", "stall_ms", "after_bytes", "skip", "times"}) {
      if (known == name) return true;
    }
    return false;
  }

  std::string At(std::string_view name) const { return place_ + "." + std::string(name); }

  const Json* Find(const char* name) const {
    const auto it = rule_.find(name);
    return it == rule_.end() ? nullptr : &*it;
  }

  Result<std::string> Text(const char* name, std::string_view otherwise) const {
    const Json* const value = Find(name);
    if (value == nullptr) return std::string(otherwise);
    if (!value->is_string()) return Bad(At(name), *value, "a text");
    return value->get<std::string>();
  }

  Status ReadAction(FaultRule& read) const {
    const Json* const value = Find("action");
    if (value == nullptr) {
      return Error{ErrorCode::kBadRequest, "fault plan: " + place_ +
                                               " has no action; it must be one of " +
                                               std::string(kActionNames)};
    }
    bool known = false;
    for (const auto& [name, kind] : kActions) {
      if (!value->is_string() || value->get_ref<const std::string&>() != name) continue;
      read.action.kind = kind;
      known = true;
    }
    if (!known) return Bad(At("action"), *value, "one of " + std::string(kActionNames));

    const Json* const status = Find("status");
    if ((status != nullptr) != (read.action.kind == FaultKind::kStatus)) {
      return Error{
          ErrorCode::kBadRequest,
          "fault plan: " + place_ + ": a status belongs to the action \"status\", and to no other"};
    }
    if (status != nullptr) {
      const auto number = WholeNumber(*status);
      if (!number || *number < 400 || *number > 599) {
        return Bad(At("status"), *status, "a status from 400 to 599");
      }
      read.action.status = static_cast<int>(*number);
    }
    const Json* const stall = Find("stall_ms");
    if ((stall != nullptr) != (read.action.kind == FaultKind::kStall)) {
      return Error{
          ErrorCode::kBadRequest,
          "fault plan: " + place_ + ": stall_ms belongs to the action \"stall\", and to no other"};
    }
    if (stall != nullptr) {
      const auto number = WholeNumber(*stall);
      if (!number || static_cast<double>(*number) > kMostStallMs) {
        return Bad(At("stall_ms"), *stall, "a whole number of milliseconds, at most a day's");
      }
      read.action.stall = std::chrono::milliseconds(*number);
    }
    return Ok();
  }

  Status ReadAfterBytes(FaultRule& read) const {
    const FaultKind kind = read.action.kind;
    const Json* const value = Find("after_bytes");
    if (value == nullptr) {
      // What stops somewhere stops at the beginning, where nothing else is said.
      const bool at_a_place = kind == FaultKind::kClose || kind == FaultKind::kStall ||
                              kind == FaultKind::kTruncateUpload;
      if (at_a_place) read.action.after_bytes = 0;
      return Ok();
    }
    if (kind == FaultKind::kCorrupt || kind == FaultKind::kCorruptUpload) {
      return Error{ErrorCode::kBadRequest,
                   "fault plan: " + place_ +
                       ": what is corrupted is the first byte; after_bytes is for the "
                       "other actions"};
    }
    constexpr std::string_view kExpectation =
        "a whole number of bytes, or the least and the most of it ([0, 1048576])";
    if (value->is_array() && value->size() == 2) {
      const auto least = WholeNumber((*value)[0]), most = WholeNumber((*value)[1]);
      if (!least || !most || *least > *most) return Bad(At("after_bytes"), *value, kExpectation);
      read.action.after_bytes = least;
      read.after_bytes_most = most;
      return Ok();
    }
    read.action.after_bytes = WholeNumber(*value);
    if (!read.action.after_bytes) return Bad(At("after_bytes"), *value, kExpectation);
    return Ok();
  }

  const Json& rule_;
  const std::string place_;
};

bool HarmsUpload(const FaultAction& action, std::string_view method) {
  switch (action.kind) {
    case FaultKind::kCorruptUpload:
    case FaultKind::kTruncateUpload:
      return true;
    case FaultKind::kStatus:
      return action.after_bytes.has_value();
    case FaultKind::kStall:  // of whatever is larger
      return method == "storage.objects.insert";
    default:
      return false;
  }
}

bool IsAbout(const FaultRule& rule, std::string_view method, std::string_view bucket,
             std::string_view object, bool brings_upload) {
  return MatchesFaultMethod(rule.method, method) &&
         (rule.bucket.empty() || rule.bucket == bucket) && object.starts_with(rule.prefix) &&
         (brings_upload || !HarmsUpload(rule.action, method));
}

}  // namespace

FaultPlan::FaultPlan(std::uint64_t seed, std::vector<FaultRule> rules)
    : seed_(seed), rules_(std::move(rules)), counts_(rules_.size()) {}

Result<std::shared_ptr<FaultPlan>> FaultPlan::Parse(std::string_view text) {
  HYPERLOCAL_TRY(const Json plan, ParseJson(text, "fault plan"));
  if (!plan.is_object()) return Bad("the whole", plan, "an object with seed and rules");
  for (const auto& [name, value] : plan.items()) {
    if (name == "seed" || name == "rules") continue;
    return Error{ErrorCode::kBadRequest, "fault plan: there is a member \"" + name.substr(0, 60) +
                                             "\"; there are seed and rules"};
  }
  std::uint64_t seed = 0;
  if (const auto it = plan.find("seed"); it != plan.end()) {
    const auto number = WholeNumber(*it);
    if (!number) return Bad("seed", *it, "a whole number");
    seed = *number;
  }
  const auto it = plan.find("rules");
  if (it == plan.end() || !it->is_array()) {
    return Bad("rules", it == plan.end() ? Json() : *it, "an array of rules");
  }
  if (it->size() > kMostRules) {
    return Error{ErrorCode::kBadRequest, "fault plan: there are " + std::to_string(it->size()) +
                                             " rules; there can be " + std::to_string(kMostRules)};
  }
  std::vector<FaultRule> rules;
  for (std::size_t i = 0; i < it->size(); ++i) {
    HYPERLOCAL_TRY(FaultRule rule, RuleReader((*it)[i], "rules[" + std::to_string(i) + "]").Read());
    rules.push_back(std::move(rule));
  }
  return std::make_shared<FaultPlan>(seed, std::move(rules));
}

std::optional<FaultPlan::Choice> FaultPlan::Choose(std::string_view method, std::string_view bucket,
                                                   std::string_view object, bool brings_upload) {
  std::optional<Choice> choice;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const FaultRule& rule = rules_[i];
    if (!IsAbout(rule, method, bucket, object, brings_upload)) continue;
    Count& count = counts_[i];
    const std::uint64_t n = count.matched++;
    if (choice || n < rule.skip || (rule.times && count.chosen >= *rule.times)) continue;
    const std::uint64_t draw = Mix(Mix(Mix(seed_) ^ i) ^ n);
    // The upper 53 bits are a number from 0 to just below 1.
    if (static_cast<double>(draw >> 11) / kMostExact >= rule.probability) continue;
    ++count.chosen;
    choice = Choice{i, rule.action};
    if (rule.after_bytes_most) {
      const std::uint64_t span = *rule.after_bytes_most - *rule.action.after_bytes + 1;
      choice->action.after_bytes = *rule.action.after_bytes + Mix(draw) % span;
    }
  }
  return choice;
}

void FaultPlan::CountInjected(std::size_t rule) {
  const std::lock_guard lock(mutex_);
  ++counts_[rule].injected;
}

FaultPlan::Count FaultPlan::CountOf(std::size_t rule) const {
  const std::lock_guard lock(mutex_);
  return counts_[rule];
}

std::string_view FaultActionName(FaultKind kind) {
  for (const auto& [name, known] : kActions) {
    if (known == kind) return name;
  }
  return "short-answer";  // of retry tests only
}

}  // namespace hyperlocal::gcs
