#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/json/canonical_json.h"
#include "engine/plan/plan_hash.h"
#include "engine/plan/plan_manifest.h"

namespace {

using namespace hyperlocal;

// What was read is written and read again as the same, and names nothing outside of the plan.
void CheckManifest(const PlanManifest& manifest) {
  const auto text = PlanManifestJson(manifest);
  if (!text) std::abort();
  const auto again = ParsePlanManifest(*text, "again");
  if (!again || *again != manifest) std::abort();
  for (const PlanArtifact& artifact : manifest.artifacts) {
    const std::filesystem::path place = std::filesystem::path("/plan") / artifact.path;
    if (!place.lexically_normal().string().starts_with("/plan/")) std::abort();
  }
  for (std::int64_t chunk = 0; chunk < manifest.chunk_count && chunk < 8; ++chunk) {
    if (!ArtifactsFor(manifest, PlanTarget::Chunk(static_cast<int>(chunk)))) std::abort();
  }
}

}  // namespace

// Any text is a manifest or a typed error, with the hash that it has and with the one it should
// have.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = ParsePlanManifest(text, "input");
  if (manifest) CheckManifest(*manifest);
  if (!manifest && manifest.error().code != ErrorCode::kPlanV2IntegrityUnrecoverable &&
      manifest.error().code != ErrorCode::kPlanProtocolUnsupported) {
    std::abort();
  }
  auto value = ParseJson(text, "input");
  if (!value || !value->is_object()) return 0;
  const auto hash = PlanManifestHash(*value);
  if (!hash) return 0;
  (*value)["planHash"] = *hash;
  const auto rehashed_text = CanonicalJson(*value);
  if (!rehashed_text) return 0;
  if (const auto rehashed = ParsePlanManifest(*rehashed_text, "input")) CheckManifest(*rehashed);
  return 0;
}
