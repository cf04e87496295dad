#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/plan/plan_target.h"

namespace hyperlocal {

// One file of a content-addressed plan, and who needs it.
struct PlanArtifact {
  std::string path;  // below the materialized plan, with '/'
  std::string sha256;
  std::int64_t size_bytes = 0;
  bool every_chunk = false;
  std::vector<std::int64_t> chunks;  // rising in what we write; only without every_chunk
  bool assembler = false;

  bool operator==(const PlanArtifact&) const = default;
};

// How exactly a plan knows which chunk shows which frame of a source video.
enum class VideoDependencyMode { kExactRenderedFrames, kFullSourcePack };

// The manifest of a plan of protocol v2 (CONTRACT section 5): what the plan holds, by content.
struct PlanManifest {
  std::string plan_hash;            // of this manifest
  std::string source_plan_v1_hash;  // of the plan directory it was made from
  std::int64_t chunk_count = 0;
  std::int64_t total_frames = 0;
  int fps = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  OutputFormat format = OutputFormat::kMp4;
  std::string ffmpeg_version;
  std::string producer_version;
  VideoDependencyMode video_dependency_mode = VideoDependencyMode::kExactRenderedFrames;
  std::vector<PlanArtifact> artifacts;

  bool operator==(const PlanManifest&) const = default;
};

// The manifest's bytes: canonical JSON. Error: kInvalidJson when a text in it is not UTF-8.
Result<std::string> PlanManifestJson(const PlanManifest& manifest);

// The planHash that belongs into it: of everything else in it.
Result<std::string> PlanManifestHash(const PlanManifest& manifest);

// Reads them back, ours or another implementation's. Nothing in a manifest is believed: paths stay
// below the plan, digests are digests, chunks exist, and the whole agrees with its planHash.
// Members beyond the known ones are ignored, and not part of the hash. `what` names the manifest in
// errors. Error: kPlanV2IntegrityUnrecoverable for any of that; kPlanProtocolUnsupported for a
// manifest of another protocol.
Result<PlanManifest> ParsePlanManifest(std::string_view text, std::string_view what);

// The manifest of the content-addressed plan in `root`. Errors: those of ParsePlanManifest;
// kPlanV2IntegrityUnrecoverable when there is none.
Result<PlanManifest> ReadPlanManifest(const std::filesystem::path& root);

// Whether the plan in `root` is content-addressed (v2), and not a plan directory (v1). Errors:
// kMissingPlanArtifact without plan.json, kInvalidJson.
Result<bool> IsContentAddressedPlan(const std::filesystem::path& root);

// What `target` needs, in the manifest's order. Error: kChunkIndexOutOfRange.
Result<std::vector<PlanArtifact>> ArtifactsFor(const PlanManifest& manifest, PlanTarget target);

// Where the bytes of `sha256` lie below a content-addressed plan: artifacts/sha256/ab/abcd….
std::filesystem::path BlobPath(std::string_view sha256);

}  // namespace hyperlocal
