#pragma once

#include <optional>
#include <string_view>

#include "engine/av/video_writer.h"
#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

// What a quality means for an encoder (CONTRACT section 6).
struct EncoderRung {
  std::string_view preset;
  int crf = 0;
};
EncoderRung RungOf(Quality quality);

// What a locked config says of the encoder (CONTRACT section 4), as published.
struct LockedEncoder {
  std::string_view name;
  std::string_view pixel_format;
  std::string_view preset;  // of the family; the quality decides the speed of x264 and x265
  std::optional<int> vp9_cpu_used;
};
LockedEncoder LockedEncoderOf(OutputFormat format, VideoCodec codec, Quality quality);

// Whether the frames of a format have alpha, which is every format but mp4. They are captured with
// a transparent page background, without loss.
bool HasAlpha(OutputFormat format);

// How the chunks of a plan are encoded; not for a png-sequence, which has no encoder. Error:
// kFormatNotSupported for an encoder that does not fit the plan's format.
Result<VideoSettings> VideoSettingsOf(const PlanDirectory& plan);

}  // namespace hyperlocal
