#include "engine/plan/encoder_ladder.h"

#include <fmt/format.h>

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

Result<std::string_view> LockedEncoderName(OutputFormat format, VideoCodec codec) {
  if (format != OutputFormat::kMp4) {
    return Error{ErrorCode::kFormatNotSupported,
                 fmt::format("the format {} cannot be rendered yet; mp4 can", WireName(format))};
  }
  return std::string_view(codec == VideoCodec::kH264 ? "libx264-software" : "libx265-software");
}

Result<VideoSettings> VideoSettingsOf(const PlanDirectory& plan) {
  const LockedRenderConfig& locked = plan.locked;
  VideoSettings settings;
  if (locked.encoder == "libx265-software") {
    settings.codec = VideoCodec::kH265;
  } else if (locked.encoder != "libx264-software") {
    return Error{ErrorCode::kFormatNotSupported,
                 "the plan's encoder " + locked.encoder + " is not one of this build"};
  }
  settings.width = plan.output_width();
  settings.height = plan.output_height();
  settings.rate = plan.fps;
  // As published: the locked preset names the family, the quality decides the speed.
  settings.preset = RungOf(locked.quality).preset;
  settings.bitrate = locked.bitrate;
  settings.crf = locked.crf;
  if (!settings.crf && !settings.bitrate) settings.crf = RungOf(locked.quality).crf;
  settings.gop_size = locked.gop_size;
  return settings;
}

}  // namespace hyperlocal
