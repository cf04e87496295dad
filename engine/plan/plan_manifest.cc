#include "engine/plan/plan_manifest.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "engine/plan/plan_files_internal.h"
#include "engine/plan/plan_hash.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr const char* kExactRenderedFrames = "exact-rendered-frames";
constexpr const char* kFullSourcePack = "full-source-pack";

Error Damaged(const std::string& what) {
  return Error{ErrorCode::kPlanV2IntegrityUnrecoverable,
               what + ". The plan cannot be used as it is; plan again"};
}

// A wrong shape is damage: nobody writes a manifest by hand.
template <typename T>
Result<T> Intact(Result<T> read) {
  if (!read && read.error().code == ErrorCode::kInvalidJson) return Damaged(read.error().message);
  return read;
}

const char* NameOf(VideoDependencyMode mode) {
  return mode == VideoDependencyMode::kExactRenderedFrames ? kExactRenderedFrames : kFullSourcePack;
}

json ArtifactJson(const PlanArtifact& artifact) {
  return {{"path", artifact.path},
          {"sha256", artifact.sha256},
          {"sizeBytes", artifact.size_bytes},
          {"chunks", artifact.every_chunk ? json("all") : json(artifact.chunks)},
          {"assembler", artifact.assembler}};
}

json ToJson(const PlanManifest& manifest) {
  json artifacts = json::array();
  for (const PlanArtifact& artifact : manifest.artifacts) {
    artifacts.push_back(ArtifactJson(artifact));
  }
  return {{"protocol",
           {{"schemaVersion", plan_files::kSchemaVersionV2},
            {"artifactLayout", plan_files::kArtifactLayoutV2},
            {"hashSchema", kPlanHashSchemaV2}}},
          {"planHash", manifest.plan_hash},
          {"sourcePlanV1Hash", manifest.source_plan_v1_hash},
          {"chunkCount", manifest.chunk_count},
          {"totalFrames", manifest.total_frames},
          {"fps", manifest.fps},
          {"width", manifest.width},
          {"height", manifest.height},
          {"format", WireName(manifest.format)},
          {"ffmpegVersion", manifest.ffmpeg_version},
          {"producerVersion", manifest.producer_version},
          {"limitations", {{"videoDependencyMode", NameOf(manifest.video_dependency_mode)}}},
          {"artifacts", std::move(artifacts)}};
}

Result<std::string> Digest(const JsonObject& object, const char* name) {
  HYPERLOCAL_TRY(std::string digest, object.Text(name));
  if (!IsSha256Hex(digest)) return object.Bad(name, "a SHA-256 in lower-case hex");
  return digest;
}

Result<std::string> SomeText(const JsonObject& object, const char* name) {
  HYPERLOCAL_TRY(std::string text, object.Text(name));
  if (text.empty()) return object.Bad(name, "a text that is not empty");
  return text;
}

// Below the plan wherever it is put, on systems whose separator is the backslash too.
bool IsSafePath(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const std::size_t end = path.find_first_of("/\\");
    const std::string_view part = path.substr(0, end);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + 1);
  }
}

Result<PlanArtifact> ReadArtifact(const json& value, const std::string& where,
                                  std::int64_t chunk_count) {
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(value, where));
  PlanArtifact artifact;
  HYPERLOCAL_TRY(artifact.path, object.Text("path"));
  if (!IsSafePath(artifact.path)) return object.Bad("path", "a path below the plan");
  HYPERLOCAL_TRY(artifact.sha256, Digest(object, "sha256"));
  HYPERLOCAL_TRY(artifact.size_bytes, object.Integer("sizeBytes", 0));
  HYPERLOCAL_TRY(artifact.assembler, object.Boolean("assembler"));
  const json* chunks = object.Find("chunks");
  if (chunks != nullptr && *chunks == "all") {
    artifact.every_chunk = true;
    return artifact;
  }
  if (chunks == nullptr || !chunks->is_array()) {
    return object.Bad("chunks", "\"all\" or a list of chunk indexes");
  }
  for (const json& chunk : *chunks) {
    const double index = chunk.is_number() ? chunk.get<double>() : -1;
    if (!(index >= 0) || index != std::trunc(index) || index >= static_cast<double>(chunk_count)) {
      return object.Bad("chunks", "\"all\" or a list of indexes of chunks that exist");
    }
    artifact.chunks.push_back(static_cast<std::int64_t>(index));
  }
  return artifact;
}

Status ReadArtifacts(const JsonObject& object, const std::string& what, PlanManifest& manifest) {
  const json* artifacts = object.Find("artifacts");
  if (artifacts == nullptr || !artifacts->is_array()) return object.Bad("artifacts", "a list");
  std::set<std::string> paths;
  for (const json& value : *artifacts) {
    const std::string where =
        what + ".artifacts[" + std::to_string(manifest.artifacts.size()) + "]";
    HYPERLOCAL_TRY(PlanArtifact artifact, ReadArtifact(value, where, manifest.chunk_count));
    if (!paths.insert(artifact.path).second) {
      return Damaged(what + " names " + artifact.path + " twice");
    }
    manifest.artifacts.push_back(std::move(artifact));
  }
  if (!paths.contains(plan_files::kManifest)) {
    return Damaged(what + " lacks the artifact " + plan_files::kManifest);
  }
  return Ok();
}

Status CheckProtocol(const JsonObject& object, const std::string& what) {
  const json* protocol = object.Find("protocol");
  const json known = {{"schemaVersion", plan_files::kSchemaVersionV2},
                      {"artifactLayout", plan_files::kArtifactLayoutV2},
                      {"hashSchema", kPlanHashSchemaV2}};
  const bool matches = protocol != nullptr && protocol->is_object() &&
                       std::all_of(known.items().begin(), known.items().end(), [&](const auto& m) {
                         return protocol->contains(m.key()) && (*protocol)[m.key()] == m.value();
                       });
  if (matches) return Ok();
  return Error{ErrorCode::kPlanProtocolUnsupported,
               what + ": its protocol is not that of a content-addressed plan (v2)"};
}

Result<PlanManifest> Read(const json& value, const std::string& what) {
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(value, what));
  HYPERLOCAL_TRY_STATUS(CheckProtocol(object, what));
  PlanManifest manifest;
  HYPERLOCAL_TRY(manifest.plan_hash, Digest(object, "planHash"));
  HYPERLOCAL_TRY(manifest.source_plan_v1_hash, Digest(object, "sourcePlanV1Hash"));
  HYPERLOCAL_TRY(manifest.chunk_count, object.Integer("chunkCount", 1));
  HYPERLOCAL_TRY(manifest.total_frames, object.Integer("totalFrames", 1));
  HYPERLOCAL_TRY(manifest.fps, object.Int("fps", 1));
  if (manifest.fps != 24 && manifest.fps != 30 && manifest.fps != 60) {
    return object.Bad("fps", "24, 30 or 60");
  }
  HYPERLOCAL_TRY(manifest.width, object.Integer("width", 1));
  HYPERLOCAL_TRY(manifest.height, object.Integer("height", 1));
  HYPERLOCAL_TRY(const std::string format, object.Text("format"));
  const auto known = ParseOutputFormat(format);
  if (!known) return object.Bad("format", "mp4, mov, png-sequence or webm");
  manifest.format = *known;
  HYPERLOCAL_TRY(manifest.ffmpeg_version, SomeText(object, "ffmpegVersion"));
  HYPERLOCAL_TRY(manifest.producer_version, SomeText(object, "producerVersion"));
  HYPERLOCAL_TRY(const JsonObject limitations, object.Object("limitations"));
  HYPERLOCAL_TRY(const std::string mode, limitations.Text("videoDependencyMode"));
  if (mode != kExactRenderedFrames && mode != kFullSourcePack) {
    return limitations.Bad("videoDependencyMode", "exact-rendered-frames or full-source-pack");
  }
  if (mode == kFullSourcePack)
    manifest.video_dependency_mode = VideoDependencyMode::kFullSourcePack;
  HYPERLOCAL_TRY_STATUS(ReadArtifacts(object, what, manifest));
  return manifest;
}

}  // namespace

std::filesystem::path BlobPath(std::string_view sha256) {
  return std::filesystem::path("artifacts/sha256") / sha256.substr(0, 2) / sha256;
}

Result<std::string> PlanManifestJson(const PlanManifest& manifest) {
  return CanonicalJson(ToJson(manifest));
}

Result<std::string> PlanManifestHash(const PlanManifest& manifest) {
  return PlanManifestHash(ToJson(manifest));
}

Result<PlanManifest> ParsePlanManifest(std::string_view text, std::string_view what) {
  const std::string name(what);
  HYPERLOCAL_TRY(const json value, Intact(ParseJson(text, what)));
  HYPERLOCAL_TRY(PlanManifest manifest, Intact(Read(value, name)));
  // Of what was understood: what others added to it is not covered, and was ignored above.
  HYPERLOCAL_TRY(const std::string computed, Intact(PlanManifestHash(manifest)));
  if (computed != manifest.plan_hash) {
    return Damaged(name + " says planHash " + manifest.plan_hash + ", its contents give " +
                   computed);
  }
  return manifest;
}

Result<PlanManifest> ReadPlanManifest(const std::filesystem::path& root) {
  const std::filesystem::path file = root / plan_files::kManifest;
  auto text = ReadWholeFile(file);
  if (!text && text.error().code == ErrorCode::kNoInput) {
    return Damaged("there is no manifest " + file.string());
  }
  if (!text) return std::move(text).error();
  return ParsePlanManifest(*text, file.string());
}

Result<bool> IsContentAddressedPlan(const std::filesystem::path& root) {
  const std::filesystem::path file = root / plan_files::kManifest;
  auto text = ReadWholeFile(file);
  if (!text && text.error().code == ErrorCode::kNoInput) {
    return Error{ErrorCode::kMissingPlanArtifact,
                 "the plan in " + root.string() + " lacks " + plan_files::kManifest};
  }
  if (!text) return std::move(text).error();
  HYPERLOCAL_TRY(const json manifest, ParseJson(*text, file.string()));
  if (!manifest.is_object() || !manifest.contains("protocol")) return false;
  const json& protocol = manifest["protocol"];
  return protocol.is_object() && protocol.contains("hashSchema") &&
         protocol["hashSchema"] == kPlanHashSchemaV2;
}

Result<std::vector<PlanArtifact>> ArtifactsFor(const PlanManifest& manifest, PlanTarget target) {
  if (!target.is_assembler() && target.chunk >= manifest.chunk_count) {
    return Error{ErrorCode::kChunkIndexOutOfRange, "the plan has chunks 0 to " +
                                                       std::to_string(manifest.chunk_count - 1) +
                                                       ", not " + std::to_string(target.chunk)};
  }
  std::vector<PlanArtifact> needed;
  for (const PlanArtifact& artifact : manifest.artifacts) {
    const bool wanted =
        target.is_assembler()
            ? artifact.assembler
            : artifact.every_chunk || std::find(artifact.chunks.begin(), artifact.chunks.end(),
                                                target.chunk) != artifact.chunks.end();
    if (wanted) needed.push_back(artifact);
  }
  return needed;
}

}  // namespace hyperlocal
