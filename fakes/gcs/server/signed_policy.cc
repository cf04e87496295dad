#include "fakes/gcs/server/signed_policy_internal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

using Json = nlohmann::json;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

Error Bad(std::string message) {
  return Error{ErrorCode::kBadRequest, "policy document: " + std::move(message)};
}

Error BadCondition(std::size_t index, std::string_view what) {
  return Bad("conditions[" + std::to_string(index) + "] " + std::string(what) +
             "; a condition is {\"field\": \"value\"}, [\"eq\", \"$field\", \"value\"], "
             "[\"starts-with\", \"$field\", \"value\"] or [\"content-length-range\", least, most]");
}

// A size as JSON has it: a number, or the text of one.
std::optional<std::uint64_t> ReadSize(const Json& value) {
  double number = -1;
  if (value.is_number()) number = value.get<double>();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const bool digits =
        !text.empty() && text.size() <= 15 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) number = std::stod(text);
  }
  constexpr double kMost = 9007199254740992.0;  // 2^53
  if (!(number >= 0 && number <= kMost) || number != std::floor(number)) return std::nullopt;
  return static_cast<std::uint64_t>(number);
}

// What a form carries for its own sake.
bool NeedsNoCondition(std::string_view field) {
  constexpr std::array<std::string_view, 5> kNames{"policy", "x-goog-signature", "file",
                                                   "signature", "googleaccessid"};
  return std::find(kNames.begin(), kNames.end(), field) != kNames.end() ||
         field.starts_with("x-ignore-");
}

Error Failed(std::string_view what) {
  return Error{ErrorCode::kPermission, "Policy did not allow the form: " + std::string(what)};
}

}  // namespace

Result<PostPolicy> PostPolicy::Parse(std::string_view json) {
  HYPERLOCAL_TRY(const Json document, ParseJson(json, "policy document"));
  if (!document.is_object()) return Bad("it must be an object with expiration and conditions");
  PostPolicy policy;
  const auto expiration = document.find("expiration");
  const auto when = expiration != document.end() && expiration->is_string()
                        ? ParseRfc3339(expiration->get_ref<const std::string&>())
                        : std::nullopt;
  if (!when) return Bad("expiration must be a time: \"2020-01-23T04:35:40Z\"");
  policy.expiration_ = *when;
  const auto conditions = document.find("conditions");
  if (conditions == document.end() || !conditions->is_array()) {
    return Bad("conditions must be an array");
  }
  for (std::size_t i = 0; i < conditions->size(); ++i) {
    const Json& condition = (*conditions)[i];
    if (condition.is_object()) {
      if (condition.size() != 1 || !condition.begin().value().is_string()) {
        return BadCondition(i, "is an object of other than one text");
      }
      policy.conditions_.push_back(
          {LowerCase(condition.begin().key()), condition.begin().value().get<std::string>()});
      continue;
    }
    if (!condition.is_array() || condition.size() != 3 || !condition[0].is_string()) {
      return BadCondition(i, "is neither an object nor an array of three");
    }
    const std::string kind = LowerCase(condition[0].get_ref<const std::string&>());
    if (kind == "content-length-range") {
      const auto least = ReadSize(condition[1]), most = ReadSize(condition[2]);
      if (!least || !most) return BadCondition(i, "has a limit that is no number of bytes");
      policy.size_range_.least = std::max(policy.size_range_.least, *least);
      policy.size_range_.most = std::min(policy.size_range_.most, *most);
      continue;
    }
    if (kind != "eq" && kind != "starts-with") return BadCondition(i, "is of no known kind");
    if (!condition[1].is_string() || !condition[2].is_string()) {
      return BadCondition(i, "must hold texts");
    }
    const std::string& field = condition[1].get_ref<const std::string&>();
    if (field.size() < 2 || field[0] != '$') return BadCondition(i, "names no $field");
    policy.conditions_.push_back({LowerCase(std::string_view(field).substr(1)),
                                  condition[2].get<std::string>(), kind == "starts-with"});
  }
  return policy;
}

std::string_view PostPolicy::bucket() const {
  for (const Condition& condition : conditions_) {
    if (condition.field == "bucket" && !condition.prefix) return condition.value;
  }
  return {};
}

Status PostPolicy::CheckFields(const FormFields& fields, std::string_view bucket) const {
  for (const Condition& condition : conditions_) {
    const auto it = fields.find(condition.field);
    // The bucket may be a field as well, but it is the address that counts.
    const std::string_view value = condition.field == "bucket" ? bucket
                                   : it == fields.end()        ? std::string_view()
                                                               : std::string_view(it->second);
    const bool holds =
        condition.prefix ? value.starts_with(condition.value) : value == condition.value;
    if (holds) continue;
    return Failed("[\"" + std::string(condition.prefix ? "starts-with" : "eq") + "\", \"$" +
                  condition.field + "\", \"" + condition.value + "\"] does not hold: " +
                  condition.field + " is \"" + std::string(value.substr(0, 200)) + "\"");
  }
  for (const auto& [name, value] : fields) {
    const bool named =
        NeedsNoCondition(name) || name == "bucket" ||
        std::any_of(conditions_.begin(), conditions_.end(),
                    [&name = name](const Condition& condition) { return condition.field == name; });
    if (!named) return Failed("no condition names the field " + name);
  }
  return Ok();
}

}  // namespace hyperlocal::gcs
