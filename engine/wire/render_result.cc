#include "engine/wire/render_result.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "engine/wire/wire_fields_internal.h"
#include "engine/wire/wire_text_internal.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr std::string_view kPlan = "plan";
constexpr std::string_view kRenderChunk = "renderChunk";
constexpr std::string_view kAssemble = "assemble";

// The members of a result of that action.
Result<WireFields> FieldsOf(const json& value, std::string what, std::string_view action) {
  if (!value.is_object()) {
    return Error{ErrorCode::kInvalidJson, what + " must be a JSON object"};
  }
  const WireFields fields(value, std::move(what), ErrorCode::kInvalidJson);
  HYPERLOCAL_TRY(const std::string named, fields.Text("Action"));
  if (named != action) return fields.Bad("Action", action);
  return fields;
}

Result<std::chrono::milliseconds> ReadDuration(const WireFields& fields) {
  HYPERLOCAL_TRY(const std::int64_t milliseconds, fields.Whole("DurationMs", 0));
  return std::chrono::milliseconds(milliseconds);
}

Result<int> ReadFps(const WireFields& fields) {
  const auto fps = fields.Int("Fps", 1);
  if (!fps || (*fps != 24 && *fps != 30 && *fps != 60)) {
    return fields.Bad("Fps", "one of 24, 30, 60");
  }
  return *fps;
}

Result<std::optional<std::string>> ReadCaptureMode(const WireFields& fields) {
  if (!fields.Find("CaptureMode")) return std::optional<std::string>();
  const auto mode = fields.Text("CaptureMode");
  if (!mode || (*mode != "beginframe" && *mode != "screenshot" && *mode != "drawelement")) {
    return fields.Bad("CaptureMode", "one of beginframe, screenshot, drawelement, or absent");
  }
  return std::optional<std::string>(*mode);
}

Result<std::string> Write(const PlanResult& result) {
  WireText text("PlanResult");
  text.Put("Action", kPlan);
  // A result of v1 has never named its protocol, and clients of it are older than the name.
  const PlanProtocol protocol = ProtocolOf(result.plan);
  if (protocol == PlanProtocol::kV2) text.Put("PlanProtocol", WireName(protocol));
  return text.PutLocator(result.plan)
      .Put("PlanHash", result.plan_hash)
      .Put("ChunkCount", result.chunk_count)
      .Put("TotalFrames", result.total_frames)
      .Put("Fps", result.fps)
      .Put("Width", result.width)
      .Put("Height", result.height)
      .Put("Format", WireName(result.format))
      .Put("HasAudio", result.has_audio)
      .Put("AudioGcsUri", json())
      .Put("FfmpegVersion", result.ffmpeg_version)
      .Put("ProducerVersion", result.producer_version)
      .Put("DurationMs", result.duration.count())
      .Finish();
}

Result<std::string> Write(const RenderChunkResult& result) {
  WireText text("RenderChunkResult");
  text.Put("Action", kRenderChunk)
      .Put("ChunkGcsUri", result.chunk)
      .Put("ChunkIndex", result.chunk_index)
      .Put("Sha256", result.sha256)
      .Put("FramesEncoded", result.frames_encoded);
  if (result.capture_mode) text.Put("CaptureMode", *result.capture_mode);
  return text.Put("DurationMs", result.duration.count()).Finish();
}

Result<std::string> Write(const AssembleResult& result) {
  return WireText("AssembleResult")
      .Put("Action", kAssemble)
      .Put("OutputGcsUri", result.output)
      .Put("FramesEncoded", result.frames_encoded)
      .Put("FileSize", result.file_size)
      .Put("DurationMs", result.duration.count())
      .Finish();
}

template <typename T>
Result<RenderResult> AsAny(Result<T> result) {
  if (!result) return std::move(result).error();
  return RenderResult(*std::move(result));
}

}  // namespace

Result<std::string> ToJson(const RenderResult& result) {
  return std::visit([](const auto& each) { return Write(each); }, result);
}

Result<PlanResult> ReadPlanResult(const json& value) {
  HYPERLOCAL_TRY(const WireFields fields, FieldsOf(value, "PlanResult", kPlan));
  HYPERLOCAL_TRY(const PlanProtocol protocol, fields.Protocol(PlanProtocol::kV1));
  HYPERLOCAL_TRY_STATUS(fields.CheckLocators(protocol));
  PlanResult out;
  HYPERLOCAL_TRY(out.plan, fields.Locator(protocol));
  HYPERLOCAL_TRY(out.plan_hash, fields.Digest("PlanHash"));
  HYPERLOCAL_TRY(out.chunk_count, fields.Int("ChunkCount", 0));
  HYPERLOCAL_TRY(out.total_frames, fields.Whole("TotalFrames", 0));
  HYPERLOCAL_TRY(out.fps, ReadFps(fields));
  HYPERLOCAL_TRY(out.width, fields.Int("Width", 1));
  HYPERLOCAL_TRY(out.height, fields.Int("Height", 1));
  HYPERLOCAL_TRY(out.format, fields.Format("Format"));
  HYPERLOCAL_TRY(out.has_audio, fields.Boolean("HasAudio"));
  const json* audio = fields.Find("AudioGcsUri");
  if (!audio || !audio->is_null()) return fields.Bad("AudioGcsUri", "null");
  HYPERLOCAL_TRY(out.ffmpeg_version, fields.Text("FfmpegVersion"));
  HYPERLOCAL_TRY(out.producer_version, fields.Text("ProducerVersion"));
  HYPERLOCAL_TRY(out.duration, ReadDuration(fields));
  return out;
}

Result<RenderChunkResult> ReadRenderChunkResult(const json& value) {
  HYPERLOCAL_TRY(const WireFields fields, FieldsOf(value, "RenderChunkResult", kRenderChunk));
  RenderChunkResult out;
  HYPERLOCAL_TRY(out.chunk, fields.Uri("ChunkGcsUri"));
  HYPERLOCAL_TRY(out.chunk_index, fields.Int("ChunkIndex", 0));
  HYPERLOCAL_TRY(out.sha256, fields.Digest("Sha256"));
  HYPERLOCAL_TRY(out.frames_encoded, fields.Whole("FramesEncoded", 0));
  HYPERLOCAL_TRY(out.capture_mode, ReadCaptureMode(fields));
  HYPERLOCAL_TRY(out.duration, ReadDuration(fields));
  return out;
}

Result<AssembleResult> ReadAssembleResult(const json& value) {
  HYPERLOCAL_TRY(const WireFields fields, FieldsOf(value, "AssembleResult", kAssemble));
  AssembleResult out;
  HYPERLOCAL_TRY(out.output, fields.Uri("OutputGcsUri"));
  HYPERLOCAL_TRY(out.frames_encoded, fields.Whole("FramesEncoded", 0));
  HYPERLOCAL_TRY(out.file_size, fields.Whole("FileSize", 0));
  HYPERLOCAL_TRY(out.duration, ReadDuration(fields));
  return out;
}

Result<RenderResult> ParseRenderResult(std::string_view body) {
  HYPERLOCAL_TRY(const json value, ParseJson(body, "the answer"));
  const auto action = value.is_object() ? value.find("Action") : value.end();
  if (value.is_object() && action != value.end()) {
    if (*action == kPlan) return AsAny(ReadPlanResult(value));
    if (*action == kRenderChunk) return AsAny(ReadRenderChunkResult(value));
    if (*action == kAssemble) return AsAny(ReadAssembleResult(value));
  }
  return Error{ErrorCode::kInvalidJson,
               "the answer must be a JSON object whose Action is plan, renderChunk or assemble"};
}

}  // namespace hyperlocal
