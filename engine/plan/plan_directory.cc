#include "engine/plan/plan_directory.h"

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "engine/plan/locked_config.h"
#include "engine/plan/plan_files_internal.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

bool Exists(const std::filesystem::path& path) {
  std::error_code failure;
  return std::filesystem::exists(path, failure);
}

Result<std::string> ReadArtifact(const std::filesystem::path& root, const char* name) {
  auto bytes = ReadWholeFile(root / name);
  if (!bytes && bytes.error().code == ErrorCode::kNoInput) {
    return Error{ErrorCode::kMissingPlanArtifact,
                 "the plan in " + root.string() + " lacks " + name};
  }
  return bytes;
}

Error Unsupported(const std::string& where, const std::string& reason) {
  return Error{ErrorCode::kPlanProtocolUnsupported, where + ": " + reason};
}

// Known or absent; an incomplete or unknown protocol is never guessed at. Members beyond the three
// are for others.
Status CheckProtocol(const json& manifest, const std::string& where) {
  if (!manifest.is_object()) return Unsupported(where, "must be a JSON object");
  const auto protocol = manifest.find("protocol");
  if (protocol == manifest.end()) return Ok();
  if (!protocol->is_object()) return Unsupported(where, "protocol must be an object");
  const std::pair<const char*, json> expected[] = {
      {"schemaVersion", plan_files::kSchemaVersion},
      {"artifactLayout", plan_files::kArtifactLayout},
      {"hashSchema", plan_files::kHashSchema},
  };
  for (const auto& [name, value] : expected) {
    if (!protocol->contains(name)) return Unsupported(where, std::string("protocol lacks ") + name);
  }
  for (const auto& [name, value] : expected) {
    if ((*protocol)[name] == value) continue;
    const bool content_addressed = (*protocol)["hashSchema"] == kPlanHashSchemaV2;
    return Unsupported(where,
                       content_addressed
                           ? "a content-addressed plan (v2) has to be materialized first"
                           : std::string("this version does not know the protocol's ") + name);
  }
  return Ok();
}

Status ReadManifest(const JsonObject& manifest, PlanDirectory& plan) {
  HYPERLOCAL_TRY(plan.plan_hash, manifest.Text("planHash"));
  HYPERLOCAL_TRY(plan.producer_version, manifest.Text("producerVersion"));
  HYPERLOCAL_TRY(plan.ffmpeg_version, manifest.Text("ffmpegVersion"));
  HYPERLOCAL_TRY(plan.font_snapshot_sha, manifest.Text("fontSnapshotSha"));
  HYPERLOCAL_TRY(const JsonObject dimensions, manifest.Object("dimensions"));
  HYPERLOCAL_TRY(plan.fps.num, dimensions.Int("fpsNum", 1));
  HYPERLOCAL_TRY(plan.fps.den, dimensions.Int("fpsDen", 1));
  HYPERLOCAL_TRY(plan.width, dimensions.Int("width", 1));
  HYPERLOCAL_TRY(plan.height, dimensions.Int("height", 1));
  HYPERLOCAL_TRY(const std::string format, dimensions.Text("format"));
  const auto parsed = ParseOutputFormat(format);
  if (!parsed) return dimensions.Bad("format", "mp4, mov, png-sequence or webm");
  plan.format = *parsed;
  HYPERLOCAL_TRY(plan.total_frames, manifest.Integer("totalFrames", 1));
  HYPERLOCAL_TRY(plan.duration_seconds, manifest.Number("duration"));
  HYPERLOCAL_TRY(plan.has_audio, manifest.Boolean("hasAudio"));
  return Ok();
}

Status ReadChunks(const std::string& text, const std::string& where, const JsonObject& manifest,
                  PlanDirectory& plan) {
  HYPERLOCAL_TRY(const json chunks, ParseJson(text, where));
  if (!chunks.is_array()) return Error{ErrorCode::kInvalidJson, where + ": must be a JSON array"};
  for (const json& element : chunks) {
    const std::string name = where + "[" + std::to_string(plan.chunks.size()) + "]";
    HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(element, name));
    ChunkSlice slice;
    HYPERLOCAL_TRY(slice.index, object.Int("index", 0));
    HYPERLOCAL_TRY(slice.start_frame, object.Integer("startFrame", 0));
    HYPERLOCAL_TRY(slice.end_frame, object.Integer("endFrame", 0));
    plan.chunks.push_back(slice);
  }
  if (const auto problem = PartitionProblem(plan.chunks, plan.total_frames)) {
    return Error{ErrorCode::kInvalidJson, where + ": " + *problem};
  }
  HYPERLOCAL_TRY(const int count, manifest.Int("chunkCount", 1));
  if (plan.chunks.size() != static_cast<std::size_t>(count)) {
    return manifest.Bad("chunkCount", "the number of chunks in " + where);
  }
  return Ok();
}

Status ReadComposition(const std::string& text, const std::string& where, CompositionFacts& out) {
  HYPERLOCAL_TRY(const json parsed, ParseJson(text, where));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(parsed, where));
  HYPERLOCAL_TRY(out.duration_seconds, object.Number("durationSeconds"));
  HYPERLOCAL_TRY(out.width, object.Int("width", 1));
  HYPERLOCAL_TRY(out.height, object.Int("height", 1));
  HYPERLOCAL_TRY(const JsonObject fps, object.Object("fps"));
  HYPERLOCAL_TRY(out.fps.num, fps.Int("num", 1));
  HYPERLOCAL_TRY(out.fps.den, fps.Int("den", 1));
  HYPERLOCAL_TRY(out.video_count, object.Int("videoCount", 0));
  HYPERLOCAL_TRY(out.audio_count, object.Int("audioCount", 0));
  HYPERLOCAL_TRY(out.image_count, object.Int("imageCount", 0));
  return Ok();
}

}  // namespace

std::filesystem::path PlanDirectory::audio_file() const {
  for (const char* name : {plan_files::kAudio, plan_files::kOldAudio}) {
    if (Exists(root / name)) return root / name;
  }
  return {};
}

Result<PlanDirectory> ReadPlanForAssembly(const std::filesystem::path& root) {
  PlanDirectory plan;
  plan.root = root;
  const auto where = [&root](const char* name) { return (root / name).string(); };

  HYPERLOCAL_TRY(const std::string manifest_text, ReadArtifact(root, plan_files::kManifest));
  const std::string manifest_name = where(plan_files::kManifest);
  HYPERLOCAL_TRY(const json manifest_json, ParseJson(manifest_text, manifest_name));
  HYPERLOCAL_TRY_STATUS(CheckProtocol(manifest_json, manifest_name));
  HYPERLOCAL_TRY(const JsonObject manifest, JsonObject::Of(manifest_json, manifest_name));
  HYPERLOCAL_TRY_STATUS(ReadManifest(manifest, plan));

  HYPERLOCAL_TRY(const std::string locked, ReadArtifact(root, plan_files::kLockedConfig));
  HYPERLOCAL_TRY(plan.locked, ParseLockedConfig(locked, where(plan_files::kLockedConfig)));
  HYPERLOCAL_TRY(const std::string chunks, ReadArtifact(root, plan_files::kChunks));
  HYPERLOCAL_TRY_STATUS(ReadChunks(chunks, where(plan_files::kChunks), manifest, plan));
  return plan;
}

Result<PlanDirectory> ReadPlanDirectory(const std::filesystem::path& root) {
  HYPERLOCAL_TRY(PlanDirectory plan, ReadPlanForAssembly(root));
  HYPERLOCAL_TRY(const std::string composition, ReadArtifact(root, plan_files::kComposition));
  HYPERLOCAL_TRY_STATUS(
      ReadComposition(composition, (root / plan_files::kComposition).string(), plan.composition));
  if (!Exists(root / plan_files::kEntryPage)) {
    return Error{ErrorCode::kMissingPlanArtifact,
                 "the plan in " + root.string() + " lacks " + plan_files::kEntryPage};
  }
  return plan;
}

}  // namespace hyperlocal
