#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/plan/chunk_plan.h"

namespace hyperlocal {

// How the frames of a plan are encoded: meta/encoder.json, the locked render config. Everything
// that decides the bytes of a chunk is in here or in the plan's files; a worker adds nothing of its
// own.
struct LockedRenderConfig {
  std::string capture_mode = "beginframe";
  bool force_screenshot = false;
  double device_scale_factor = 1;
  std::string browser_gpu_mode = "software";
  int warmup_ticks = 60;
  std::string encoder;  // libx264-software, libx265-software, libvpx-vp9-software, prores-software,
                        // png-sequence
  Quality quality = Quality::kStandard;
  std::string ffmpeg_version;
  std::string preset;  // of the encoder: ultrafast, medium, slow, …
  std::optional<int> crf;
  std::optional<std::string> bitrate;
  std::optional<int> vp9_cpu_used;
  std::int64_t gop_size = 0;  // frames; the chunk size
  bool closed_gop = true;
  std::string force_keyframes = "n=0";
  std::string pixel_format = "yuv420p";
  std::int64_t chunk_size = 0;
  int chunk_count = 0;
  std::map<std::string, std::string>
      runtime_env;  // names beginning PRODUCER_RUNTIME_ or PRODUCER_RENDER_
  std::optional<std::string> variables_json;
};

// meta/composition.json
struct CompositionFacts {
  double duration_seconds = 0;
  int width = 0;
  int height = 0;
  FrameRate fps;
  int video_count = 0;
  int audio_count = 0;
  int image_count = 0;
};

// A plan directory of protocol v1 (CONTRACT section 4), as it is on disk.
struct PlanDirectory {
  std::filesystem::path root;
  std::string plan_hash;
  std::string producer_version;
  std::string ffmpeg_version;
  std::string font_snapshot_sha;
  OutputFormat format = OutputFormat::kMp4;
  FrameRate fps;
  int width = 0;  // of the composition, in CSS pixels
  int height = 0;
  std::int64_t total_frames = 0;
  double duration_seconds = 0;
  bool has_audio = false;
  LockedRenderConfig locked;
  CompositionFacts composition;
  std::vector<ChunkSlice> chunks;

  // Of the video, in pixels: the composition at its device scale.
  int output_width() const { return Scaled(width); }
  int output_height() const { return Scaled(height); }

  std::filesystem::path compiled() const { return root / "compiled"; }
  // audio.m4a, or the audio.aac of older plans, whichever is there; empty when the plan has no
  // audio.
  std::filesystem::path audio_file() const;

 private:
  int Scaled(int length) const {
    return static_cast<int>(std::lround(length * locked.device_scale_factor));
  }
};

// Writes plan.json and meta/*.json beside the compiled/ (and audio, video-frames/) that already
// stand in `plan.root`, computes the plan hash over all of it and sets plan.plan_hash. plan.json
// comes last, written aside and renamed: a directory without it is not a plan. meta/videos.json is
// written only if it is absent. What an earlier freeze left is replaced. Errors: kPlanTooLarge with
// the largest parts named; kMissingPlanArtifact without compiled/index.html; kInternal when `plan`
// contradicts itself (chunks that are no partition of total_frames, locked.chunk_count,
// locked.ffmpeg_version, has_audio against the audio file); kCannotWrite, kPermission, kIo;
// kInvalidComposition for a file name that is not UTF-8.
inline constexpr std::int64_t kDefaultPlanSizeLimitBytes = std::int64_t{2} << 30;
Status FreezePlanDirectory(PlanDirectory& plan, std::int64_t size_limit_bytes);

// Reads a plan directory and checks its shape, not its hash. A plan without a `protocol` is v1; a
// protocol must be complete and known. The chunks are a partition of the frames. Errors:
// kMissingPlanArtifact, kPlanProtocolUnsupported, kInvalidJson, kMissingRuntimeEnvSnapshot.
Result<PlanDirectory> ReadPlanDirectory(const std::filesystem::path& root);

// The same for who only joins chunks: compiled/ and the facts of the composition need not be there,
// and are not read.
Result<PlanDirectory> ReadPlanForAssembly(const std::filesystem::path& root);

// The plan hash v1 (CONTRACT section 2) of what lies in the directory now.
Result<std::string> ComputePlanHash(const PlanDirectory& plan);

// Recomputes the hash and compares. Error: kPlanHashMismatch naming both.
Status VerifyPlanHash(const PlanDirectory& plan);

}  // namespace hyperlocal
