#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "engine/plan/plan_directory.h"
#include "tests/support/file_content.h"

// A small plan of two chunks, with audio, variables and an environment.
namespace hyperlocal::testing {

// Everything but what freezing writes lies in `root`.
inline PlanDirectory UnfrozenPlan(const std::filesystem::path& root) {
  PutFile(root / "compiled/index.html", "<html></html>");
  PutFile(root / "compiled/assets/style.css", "body{}");
  PutFile(root / "compiled/a.txt", "");
  PutFile(root / "video-frames/v1/frame_00001.jpg", "jpeg");
  PutFile(root / "audio.m4a", "audio");
  PlanDirectory plan;
  plan.root = root;
  plan.producer_version = "0.8.31";
  plan.ffmpeg_version = "ffmpeg version 5.1";
  plan.font_snapshot_sha = "feed";
  plan.width = 640;
  plan.height = 360;
  plan.total_frames = 15;
  plan.duration_seconds = 0.5;
  plan.has_audio = true;
  plan.chunks = {{0, 0, 10}, {1, 10, 15}};
  plan.composition = CompositionFacts{0.5, 640, 360, {30, 1}, 0, 1, 2};
  plan.locked.encoder = "libx264-software";
  plan.locked.ffmpeg_version = plan.ffmpeg_version;
  plan.locked.preset = "medium";
  plan.locked.crf = 18;
  plan.locked.gop_size = 10;
  plan.locked.chunk_size = 10;
  plan.locked.chunk_count = 2;
  plan.locked.runtime_env = {{"PRODUCER_RENDER_X", "1"}};
  plan.locked.variables_json = R"({"b":"x","a":1.50})";
  return plan;
}

inline PlanDirectory FrozenPlan(const std::filesystem::path& root) {
  PlanDirectory plan = UnfrozenPlan(root);
  if (const auto status = FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes); !status) {
    std::fprintf(stderr, "cannot freeze the sample plan: %s\n", status.error().message.c_str());
    std::abort();
  }
  return plan;
}

}  // namespace hyperlocal::testing
