#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/wire/gcs_uri.h"
#include "engine/wire/plan_locator.h"

namespace hyperlocal {

// Reads the members of an event or of a result, by JavaScript's idea of types: 3.0 is the whole
// number 3, and null is there where an absent member is not. A getter fails with the code given at
// construction, as "<what>.<name> must be …; got …".
class WireFields {
 public:
  // `object` is a JSON object and must outlive this.
  WireFields(const nlohmann::json& object, std::string what, ErrorCode code);

  // The member, or null when it is absent.
  const nlohmann::json* Find(std::string_view name) const;
  bool HasText(std::string_view name) const;

  Error Bad(std::string_view name, std::string_view expectation) const;

  Result<std::string> Text(std::string_view name) const;
  Result<bool> Boolean(std::string_view name) const;
  Result<std::int64_t> Whole(std::string_view name, std::int64_t minimum) const;
  Result<int> Int(std::string_view name, int minimum) const;
  Result<std::string> Digest(std::string_view name) const;  // SHA-256 in lower-case hex
  Result<GcsUri> Uri(std::string_view name) const;
  Result<OutputFormat> Format(std::string_view name) const;

  // PlanProtocol, or `absent` without one. Error: kPlanProtocolUnsupported.
  Result<PlanProtocol> Protocol(PlanProtocol absent) const;
  // That there are the locators of `protocol` and none of the other. Only text counts: null is no
  // locator. Error: kPlanProtocolUnsupported.
  Status CheckLocators(PlanProtocol protocol) const;
  // To be called after CheckLocators.
  Result<PlanLocator> Locator(PlanProtocol protocol) const;

 private:
  Error Unsupported(std::string_view problem) const;

  const nlohmann::json& object_;
  std::string what_;
  ErrorCode code_;
};

// `value` as a URI. Error: `code`, with `place` named: "AssembleEvent.ChunkGcsUris[2]".
Result<GcsUri> UriAt(const nlohmann::json& value, const std::string& place, ErrorCode code);

}  // namespace hyperlocal
