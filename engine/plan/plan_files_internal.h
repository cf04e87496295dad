#pragma once

#include <filesystem>

#include "engine/plan/plan_hash.h"

namespace hyperlocal::plan_files {

// Where the parts of a plan directory of protocol v1 lie below its root.
inline constexpr const char* kManifest = "plan.json";
inline constexpr const char* kComposition = "meta/composition.json";
inline constexpr const char* kLockedConfig = "meta/encoder.json";
inline constexpr const char* kChunks = "meta/chunks.json";
inline constexpr const char* kVideos = "meta/videos.json";
inline constexpr const char* kEntryPage = "compiled/index.html";

inline constexpr const char* kAudio = "audio.m4a";
inline constexpr const char* kOldAudio = "audio.aac";  // of older plans
inline constexpr const char* kVideoFrames = "video-frames";

// The mark of a plan that was materialized from a content-addressed one, for one target.
inline constexpr const char* kMaterialized = ".hyperframes-plan-v2.json";

// What plan.json calls this layout.
inline constexpr int kSchemaVersion = 1;
inline constexpr const char* kArtifactLayout = "plan-dir-v1";
inline constexpr const char* kHashSchema = kPlanHashSchemaV1;

// And the content-addressed one.
inline constexpr int kSchemaVersionV2 = 2;
inline constexpr const char* kArtifactLayoutV2 = "content-addressed-plan-v2";

}  // namespace hyperlocal::plan_files
