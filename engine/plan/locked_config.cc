#include "engine/plan/locked_config.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 2> kCaptureModes{"beginframe", "screenshot"};
constexpr std::array<std::string_view, 5> kEncoders{"libx264-software", "libx265-software",
                                                    "libvpx-vp9-software", "prores-software",
                                                    "png-sequence"};
constexpr int kLowestVp9Speed = -8;

template <typename Names>
Result<std::string> OneOf(const JsonObject& object, std::string_view name, const Names& allowed) {
  HYPERLOCAL_TRY(std::string text, object.Text(name));
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  std::string list;
  for (const std::string_view each : allowed)
    list += (list.empty() ? "" : ", ") + std::string(each);
  return object.Bad(name, "one of " + list);
}

Status ReadEncoding(const JsonObject& object, LockedRenderConfig& out) {
  HYPERLOCAL_TRY(out.encoder, OneOf(object, "encoder", kEncoders));
  if (object.Find("quality")) {
    HYPERLOCAL_TRY(const std::string quality, object.Text("quality"));
    const auto parsed = ParseQuality(quality);
    if (!parsed) return object.Bad("quality", "draft, standard or high");
    out.quality = *parsed;
  }
  HYPERLOCAL_TRY(out.ffmpeg_version, object.Text("ffmpegVersion"));
  HYPERLOCAL_TRY(out.preset, object.Text("preset"));
  if (object.Find("crf")) {
    HYPERLOCAL_TRY(out.crf, object.Int("crf", 0));
  }
  if (object.Find("bitrate")) {
    HYPERLOCAL_TRY(out.bitrate, object.Text("bitrate"));
  }
  if (object.Find("vp9CpuUsed")) {
    HYPERLOCAL_TRY(out.vp9_cpu_used, object.Int("vp9CpuUsed", kLowestVp9Speed));
  }
  HYPERLOCAL_TRY(out.gop_size, object.Integer("gopSize", 1));
  HYPERLOCAL_TRY(out.closed_gop, object.Boolean("closedGop"));
  HYPERLOCAL_TRY(out.force_keyframes, object.Text("forceKeyframes"));
  HYPERLOCAL_TRY(out.pixel_format, object.Text("pixelFormat"));
  HYPERLOCAL_TRY(out.chunk_size, object.Integer("chunkSize", 1));
  HYPERLOCAL_TRY(out.chunk_count, object.Int("chunkCount", 1));
  return Ok();
}

Status ReadEnvironment(const JsonObject& object, std::string_view what, LockedRenderConfig& out) {
  const json* environment = object.Find("runtimeEnv");
  if (!environment || !environment->is_object()) {
    return Error{ErrorCode::kMissingRuntimeEnvSnapshot,
                 std::string(what) + ": runtimeEnv must be an object; plan again"};
  }
  for (const auto& [name, value] : environment->items()) {
    const bool published =
        name.starts_with("PRODUCER_RUNTIME_") || name.starts_with("PRODUCER_RENDER_");
    if (published && value.is_string()) out.runtime_env[name] = value.get<std::string>();
  }
  return Ok();
}

}  // namespace

Result<std::string> LockedConfigJson(const LockedRenderConfig& config) {
  json out = {
      {"captureMode", config.capture_mode},
      {"forceScreenshot", config.force_screenshot},
      {"deviceScaleFactor", config.device_scale_factor},
      {"useLayeredHdrComposite", false},
      {"browserGpuMode", config.browser_gpu_mode},
      {"warmupTicks", config.warmup_ticks},
      {"encoder", config.encoder},
      {"quality", WireName(config.quality)},
      {"ffmpegVersion", config.ffmpeg_version},
      {"preset", config.preset},
      {"gopSize", config.gop_size},
      {"closedGop", config.closed_gop},
      {"forceKeyframes", config.force_keyframes},
      {"pixelFormat", config.pixel_format},
      {"chunkSize", config.chunk_size},
      {"chunkCount", config.chunk_count},
      {"runtimeEnv", json::object()},
  };
  for (const auto& [name, value] : config.runtime_env) out["runtimeEnv"][name] = value;
  if (config.crf) out["crf"] = *config.crf;
  if (config.bitrate) out["bitrate"] = *config.bitrate;
  if (config.vp9_cpu_used) out["vp9CpuUsed"] = *config.vp9_cpu_used;
  if (config.variables_json) {
    HYPERLOCAL_TRY(json variables, ParseJson(*config.variables_json, "the variables"));
    if (!variables.is_object()) {
      return Error{ErrorCode::kInvalidJson, "the variables: must be a JSON object"};
    }
    out["variables"] = std::move(variables);
  }
  return CanonicalJson(out);
}

Result<LockedRenderConfig> ParseLockedConfig(std::string_view text, std::string_view what) {
  HYPERLOCAL_TRY(const json parsed, ParseJson(text, what));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(parsed, std::string(what)));
  LockedRenderConfig out;
  HYPERLOCAL_TRY_STATUS(ReadEnvironment(object, what, out));
  HYPERLOCAL_TRY(out.capture_mode, OneOf(object, "captureMode", kCaptureModes));
  HYPERLOCAL_TRY(out.force_screenshot, object.Boolean("forceScreenshot"));
  HYPERLOCAL_TRY(out.device_scale_factor, object.Number("deviceScaleFactor"));
  HYPERLOCAL_TRY(out.browser_gpu_mode, object.Text("browserGpuMode"));
  HYPERLOCAL_TRY(out.warmup_ticks, object.Int("warmupTicks", 0));
  HYPERLOCAL_TRY_STATUS(ReadEncoding(object, out));
  if (const json* variables = object.Find("variables")) {
    if (!variables->is_object()) return object.Bad("variables", "an object");
    HYPERLOCAL_TRY(out.variables_json, CanonicalJson(*variables));
  }
  return out;
}

}  // namespace hyperlocal
