#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/config/render_config.h"
#include "engine/json/canonical_json.h"

// Any JSON is a config or an error that names the field; the wire form of a config is the same
// config.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  const auto value =
      ParseJson(std::string_view(reinterpret_cast<const char*>(data), size), "input");
  if (!value) return 0;
  const auto config = ValidateRenderConfig(*value);
  if (!config) {
    const std::string& message = config.error().message;
    constexpr std::string_view kBegin = "[validateConfig] config";
    if (config.error().code != ErrorCode::kInvalidConfig || !message.starts_with(kBegin)) {
      std::abort();
    }
    const char next = message.size() > kBegin.size() ? message[kBegin.size()] : '\0';
    if (next != ':' && next != '.') std::abort();
    return 0;
  }
  const auto text = CanonicalJson(RenderConfigToJson(*config));
  if (!text) std::abort();
  const auto again_value = ParseJson(*text, "wire form");
  if (!again_value) std::abort();
  const auto again = ValidateRenderConfig(*again_value);
  if (!again || *again != *config) std::abort();
  return 0;
}
