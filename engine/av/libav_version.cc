#include "engine/av/libav_version.h"

#include "engine/av/libav_handles_internal.h"

namespace hyperlocal {

std::string FfmpegVersionLine() {
  return std::string("ffmpeg version ") + av_version_info();
}

}  // namespace hyperlocal
