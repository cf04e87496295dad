#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "engine/hash/sha256.h"
#include "engine/json/javascript_string.h"
#include "engine/wire/wire_fields_internal.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr double kLargestExactInteger = 9007199254740991;

// Texts in quotes, so that "3" is not taken for 3.
std::string Shown(const json& value) {
  return value.is_string() ? "\"" + value.get_ref<const std::string&>() + "\""
                           : JavaScriptString(value);
}

}  // namespace

Result<GcsUri> UriAt(const json& value, const std::string& place, ErrorCode code) {
  if (!value.is_string()) {
    return Error{code, place + " must be a URI like gs://bucket/key; got " + Shown(value)};
  }
  auto uri = ParseGcsUri(value.get_ref<const std::string&>());
  if (!uri) return Error{code, place + " " + uri.error().message};
  return uri;
}

WireFields::WireFields(const json& object, std::string what, ErrorCode code)
    : object_(object), what_(std::move(what)), code_(code) {}

const json* WireFields::Find(std::string_view name) const {
  const auto it = object_.find(name);
  return it == object_.end() ? nullptr : &*it;
}

bool WireFields::HasText(std::string_view name) const {
  const json* value = Find(name);
  return value && value->is_string();
}

Error WireFields::Bad(std::string_view name, std::string_view expectation) const {
  const json* value = Find(name);
  return Error{code_, what_ + "." + std::string(name) + " must be " + std::string(expectation) +
                          (value ? "; got " + Shown(*value) : ", and is missing")};
}

Error WireFields::Unsupported(std::string_view problem) const {
  return Error{ErrorCode::kPlanProtocolUnsupported, what_ + std::string(problem)};
}

Result<std::string> WireFields::Text(std::string_view name) const {
  const json* value = Find(name);
  if (!value || !value->is_string()) return Bad(name, "a string");
  return value->get<std::string>();
}

Result<bool> WireFields::Boolean(std::string_view name) const {
  const json* value = Find(name);
  if (!value || !value->is_boolean()) return Bad(name, "true or false");
  return value->get<bool>();
}

Result<std::int64_t> WireFields::Whole(std::string_view name, std::int64_t minimum) const {
  const json* value = Find(name);
  const double number = value && value->is_number() ? value->get<double>() : NAN;
  if (std::trunc(number) != number || number < static_cast<double>(minimum) ||
      number > kLargestExactInteger) {
    return Bad(name, "a whole number from " + std::to_string(minimum));
  }
  return static_cast<std::int64_t>(number);
}

Result<int> WireFields::Int(std::string_view name, int minimum) const {
  constexpr int kMaximum = std::numeric_limits<int>::max();
  HYPERLOCAL_TRY(const std::int64_t number, Whole(name, minimum));
  if (number > kMaximum) {
    return Bad(
        name, "a whole number from " + std::to_string(minimum) + " to " + std::to_string(kMaximum));
  }
  return static_cast<int>(number);
}

Result<std::string> WireFields::Digest(std::string_view name) const {
  if (!HasText(name) || !IsSha256Hex(Find(name)->get_ref<const std::string&>())) {
    return Bad(name, "a SHA-256 in 64 lower-case hexadecimal digits");
  }
  return Find(name)->get<std::string>();
}

Result<GcsUri> WireFields::Uri(std::string_view name) const {
  const json* value = Find(name);
  if (!value) return Bad(name, "a URI like gs://bucket/key");
  return UriAt(*value, what_ + "." + std::string(name), code_);
}

Result<OutputFormat> WireFields::Format(std::string_view name) const {
  const auto format = HasText(name) ? ParseOutputFormat(Find(name)->get_ref<const std::string&>())
                                    : std::optional<OutputFormat>();
  if (!format) return Bad(name, "one of mp4, mov, png-sequence, webm");
  return *format;
}

Result<PlanProtocol> WireFields::Protocol(PlanProtocol absent) const {
  const json* value = Find("PlanProtocol");
  if (!value) return absent;
  const auto protocol = value->is_string() ? ParsePlanProtocol(value->get_ref<const std::string&>())
                                           : std::optional<PlanProtocol>();
  if (!protocol) return Unsupported(".PlanProtocol must be v1, v2 or absent; got " + Shown(*value));
  return *protocol;
}

Status WireFields::CheckLocators(PlanProtocol protocol) const {
  const bool archive = HasText("PlanGcsUri");
  const bool manifest = HasText("PlanV2ManifestGcsUri");
  const bool prefix = HasText("PlanV2ArtifactGcsPrefix");
  if (protocol == PlanProtocol::kV1) {
    if (archive && !manifest && !prefix) return Ok();
    return Unsupported(
        " of PlanProtocol v1 must have PlanGcsUri, and neither PlanV2ManifestGcsUri nor "
        "PlanV2ArtifactGcsPrefix");
  }
  if (!archive && manifest && prefix) return Ok();
  return Unsupported(
      " of PlanProtocol v2 must have PlanV2ManifestGcsUri and PlanV2ArtifactGcsPrefix, and no "
      "PlanGcsUri");
}

Result<PlanLocator> WireFields::Locator(PlanProtocol protocol) const {
  if (protocol == PlanProtocol::kV1) {
    HYPERLOCAL_TRY(GcsUri archive, Uri("PlanGcsUri"));
    return PlanLocator(V1Locator{std::move(archive)});
  }
  HYPERLOCAL_TRY(GcsUri manifest, Uri("PlanV2ManifestGcsUri"));
  HYPERLOCAL_TRY(GcsUri artifact_prefix, Uri("PlanV2ArtifactGcsPrefix"));
  return PlanLocator(V2Locator{std::move(manifest), std::move(artifact_prefix)});
}

}  // namespace hyperlocal
