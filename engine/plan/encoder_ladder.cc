#include "engine/plan/encoder_ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace hyperlocal {

EncoderRung RungOf(Quality quality) {
  switch (quality) {
    case Quality::kDraft:
      return {"ultrafast", 28};
    case Quality::kStandard:
      return {"medium", 18};
    case Quality::kHigh:
      return {"slow", 15};
  }
  return {"medium", 18};
}

LockedEncoder LockedEncoderOf(OutputFormat format, VideoCodec codec, Quality quality) {
  // What the published encoder takes unless it is told otherwise.
  constexpr int kVp9CpuUsed = 4;
  switch (format) {
    case OutputFormat::kMp4:
      break;
    case OutputFormat::kMov:
      return {"prores-software", "yuva444p10le", "4444", {}};
    case OutputFormat::kWebm:
      return {"libvpx-vp9-software", "yuva420p", quality == Quality::kDraft ? "realtime" : "good",
              kVp9CpuUsed};
    case OutputFormat::kPngSequence:
      return {"png-sequence", "rgba", "lossless", {}};
  }
  return {codec == VideoCodec::kH264 ? "libx264-software" : "libx265-software",
          "yuv420p",
          "medium",
          {}};
}

bool HasAlpha(OutputFormat format) {
  return format != OutputFormat::kMp4;
}

Result<VideoSettings> VideoSettingsOf(const PlanDirectory& plan) {
  struct Row {
    OutputFormat format;
    std::string_view locked;
    VideoEncoder encoder;
  };
  constexpr std::array kRows{Row{OutputFormat::kMp4, "libx264-software", VideoEncoder::kX264},
                             Row{OutputFormat::kMp4, "libx265-software", VideoEncoder::kX265},
                             Row{OutputFormat::kWebm, "libvpx-vp9-software", VideoEncoder::kVp9},
                             Row{OutputFormat::kMov, "prores-software", VideoEncoder::kProRes}};
  // What the published workers take in a plan that does not say; older plans were made for it.
  constexpr int kUnsaidVp9CpuUsed = 2;
  const LockedRenderConfig& locked = plan.locked;
  const auto* const row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) {
    return each.format == plan.format && each.locked == locked.encoder;
  });
  if (row == kRows.end()) {
    return Error{ErrorCode::kFormatNotSupported,
                 fmt::format("the plan's encoder {} does not make {}", locked.encoder,
                             WireName(plan.format))};
  }
  VideoSettings settings;
  settings.encoder = row->encoder;
  settings.width = plan.output_width();
  settings.height = plan.output_height();
  settings.rate = plan.fps;
  settings.bitrate = locked.bitrate;
  settings.crf = locked.crf;
  if (row->encoder == VideoEncoder::kVp9) {
    settings.preset = locked.preset == "realtime" ? "realtime" : "good";
    settings.vp9_cpu_used = locked.vp9_cpu_used.value_or(kUnsaidVp9CpuUsed);
    // A bit rate is aimed at within the quality's own crf.
    if (!settings.crf) settings.crf = RungOf(locked.quality).crf;
  } else {
    // As published: the locked preset names the family, the quality decides the speed.
    settings.preset = RungOf(locked.quality).preset;
    if (!settings.crf && !settings.bitrate) settings.crf = RungOf(locked.quality).crf;
  }
  settings.gop_size = locked.gop_size;
  return settings;
}

}  // namespace hyperlocal
