#pragma once

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

// The encoder's name in a locked config. Error: kFormatNotSupported for what this build does not
// encode.
Result<std::string_view> LockedEncoderName(OutputFormat format, VideoCodec codec);

// How the chunks of a plan are encoded. Errors: kFormatNotSupported, kInvalidConfig.
Result<VideoSettings> VideoSettingsOf(const PlanDirectory& plan);

}  // namespace hyperlocal
