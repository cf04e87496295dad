#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "engine/wire/wire_text_internal.h"

namespace hyperlocal {

WireText& WireText::Put(std::string_view name, const nlohmann::json& value) {
  auto text = CanonicalJson(value);
  if (text) return PutText(name, *text);
  if (status_) {
    status_ = std::move(text).error().WithContext(std::string(what_) + "." + std::string(name));
  }
  return *this;
}

WireText& WireText::Put(std::string_view name, const GcsUri& uri) {
  return Put(name, nlohmann::json(FormatGcsUri(uri)));
}

WireText& WireText::PutLocator(const PlanLocator& locator) {
  if (const auto* v1 = std::get_if<V1Locator>(&locator)) return Put("PlanGcsUri", v1->archive);
  const auto& v2 = std::get<V2Locator>(locator);
  return Put("PlanV2ManifestGcsUri", v2.manifest)
      .Put("PlanV2ArtifactGcsPrefix", v2.artifact_prefix);
}

WireText& WireText::PutText(std::string_view name, std::string_view json_text) {
  members_ += members_.empty() ? "\"" : ",\"";
  members_ += name;
  members_ += "\":";
  members_ += json_text;
  return *this;
}

Result<std::string> WireText::Finish() {
  HYPERLOCAL_TRY_STATUS(std::move(status_));
  return "{" + members_ + "}";
}

}  // namespace hyperlocal
