#include "engine/wire/bucket_guard.h"

#include <cstddef>
#include <utility>

namespace hyperlocal {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

class UriList {
 public:
  explicit UriList(std::string event) : event_(std::move(event)) {}

  void Add(const std::string& field, const GcsUri& uri) {
    uris_.push_back({event_ + "." + field, uri});
  }
  void Add(const PlanLocator& plan) {
    if (const auto* v1 = std::get_if<V1Locator>(&plan)) {
      Add("PlanGcsUri", v1->archive);
    } else {
      Add("PlanV2ManifestGcsUri", std::get<V2Locator>(plan).manifest);
      Add("PlanV2ArtifactGcsPrefix", std::get<V2Locator>(plan).artifact_prefix);
    }
  }
  std::vector<EventUri> Take() { return std::move(uris_); }

 private:
  std::string event_;
  std::vector<EventUri> uris_;
};

std::vector<EventUri> List(const PlanEvent& event) {
  UriList list("PlanEvent");
  list.Add("ProjectGcsUri", event.project);
  list.Add("PlanOutputGcsPrefix", event.output_prefix);
  return list.Take();
}

std::vector<EventUri> List(const RenderChunkEvent& event) {
  UriList list("RenderChunkEvent");
  list.Add(event.plan);
  list.Add("ChunkOutputGcsPrefix", event.output_prefix);
  return list.Take();
}

std::vector<EventUri> List(const AssembleEvent& event) {
  UriList list("AssembleEvent");
  list.Add(LocatorOf(event));
  for (std::size_t i = 0; i < event.chunks.size(); ++i) {
    list.Add("ChunkGcsUris[" + std::to_string(i) + "]", event.chunks[i]);
  }
  list.Add("OutputGcsUri", event.output);
  const auto* v1 = std::get_if<V1AssembleSource>(&event.source);
  if (v1 && v1->audio) list.Add("AudioGcsUri", *v1->audio);
  return list.Take();
}

}  // namespace

std::vector<EventUri> UrisOf(const RenderEvent& event) {
  return std::visit([](const auto& each) { return List(each); }, event);
}

BucketGuard BucketGuardOf(std::optional<std::string_view> allowed) {
  const std::string_view bucket = Trimmed(allowed.value_or(""));
  if (bucket.empty()) return BucketGuard::kDisabled;
  return bucket == "*" ? BucketGuard::kOptedOut : BucketGuard::kEnforced;
}

Result<BucketGuard> CheckBucketAllowed(const RenderEvent& event,
                                       std::optional<std::string_view> allowed) {
  const BucketGuard guard = BucketGuardOf(allowed);
  if (guard != BucketGuard::kEnforced) return guard;
  const std::string_view bucket = Trimmed(*allowed);
  for (const EventUri& each : UrisOf(event)) {
    if (each.uri.bucket == bucket) continue;
    return Error{ErrorCode::kGcsUriNotAllowed,
                 each.field + " is " + FormatGcsUri(each.uri) +
                     ", and this service keeps to gs://" + std::string(bucket) +
                     "/. Give a URI there, or start it with another HYPERFRAMES_RENDER_BUCKET"};
  }
  return guard;
}

}  // namespace hyperlocal
