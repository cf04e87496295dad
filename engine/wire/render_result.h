#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json_fwd.hpp>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/wire/gcs_uri.h"
#include "engine/wire/plan_locator.h"

namespace hyperlocal {

// What the service answers to the three requests (CONTRACT section 7), typed.

struct PlanResult {
  PlanLocator plan;
  std::string plan_hash;
  int chunk_count = 0;
  std::int64_t total_frames = 0;
  int fps = 30;  // 24, 30, 60
  int width = 0;
  int height = 0;
  OutputFormat format = OutputFormat::kMp4;
  bool has_audio = false;  // within the plan: AudioGcsUri is always null
  std::string ffmpeg_version;
  std::string producer_version;
  std::chrono::milliseconds duration{0};
  bool operator==(const PlanResult&) const = default;
};

struct RenderChunkResult {
  GcsUri chunk;
  int chunk_index = 0;
  std::string sha256;
  std::int64_t frames_encoded = 0;
  std::optional<std::string> capture_mode;  // beginframe, screenshot, drawelement; old services
                                            // leave it out
  std::chrono::milliseconds duration{0};
  bool operator==(const RenderChunkResult&) const = default;
};

struct AssembleResult {
  GcsUri output;
  std::int64_t frames_encoded = 0;
  std::int64_t file_size = 0;  // bytes
  std::chrono::milliseconds duration{0};
  bool operator==(const AssembleResult&) const = default;
};

using RenderResult = std::variant<PlanResult, RenderChunkResult, AssembleResult>;

// The body of the answer: exactly the published fields in the published order, which differ between
// a plan of v1 (no PlanProtocol) and of v2. Error: kInvalidJson for a string that is not text.
Result<std::string> ToJson(const RenderResult& result);

// For clients. Every field but CaptureMode must be there and of its type; unknown ones are ignored.
// Errors: kInvalidJson naming the field; kPlanProtocolUnsupported for a plan whose locators are not
// those of its protocol, which is v1 when the result names none.
Result<PlanResult> ReadPlanResult(const nlohmann::json& value);
Result<RenderChunkResult> ReadRenderChunkResult(const nlohmann::json& value);
Result<AssembleResult> ReadAssembleResult(const nlohmann::json& value);

// The answer to any of the three requests, told apart by its Action. Errors: as above.
Result<RenderResult> ParseRenderResult(std::string_view body);

}  // namespace hyperlocal
