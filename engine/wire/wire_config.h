#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/config/render_config.h"
#include "engine/error/result.h"

namespace hyperlocal {

// The `Config` of a plan event: validated and typed, and also as it was written, so that fields
// which RenderConfig does not have reach whoever knows them.
class WireConfig {
 public:
  // Errors: those of ValidateRenderConfig; kInvalidConfig for the field `config` when an unknown
  // field holds a number beyond the range of doubles, which could not be sent on.
  static Result<WireConfig> Of(const nlohmann::json& config);
  static Result<WireConfig> Of(const RenderConfig& config);

  const RenderConfig& typed() const { return typed_; }
  const std::string& json_text() const { return json_text_; }  // canonical JSON

  bool operator==(const WireConfig&) const = default;

 private:
  WireConfig(RenderConfig typed, std::string json_text);

  RenderConfig typed_;
  std::string json_text_;
};

}  // namespace hyperlocal
