#include "engine/wire/wire_config.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"

namespace hyperlocal {

WireConfig::WireConfig(RenderConfig typed, std::string json_text)
    : typed_(std::move(typed)), json_text_(std::move(json_text)) {}

Result<WireConfig> WireConfig::Of(const nlohmann::json& config) {
  HYPERLOCAL_TRY(RenderConfig typed, ValidateRenderConfig(config));
  auto text = CanonicalJson(config);
  if (!text) {
    return Error{ErrorCode::kInvalidConfig, "[validateConfig] config: " + text.error().message};
  }
  return WireConfig(std::move(typed), *std::move(text));
}

Result<WireConfig> WireConfig::Of(const RenderConfig& config) {
  return Of(RenderConfigToJson(config));
}

}  // namespace hyperlocal
