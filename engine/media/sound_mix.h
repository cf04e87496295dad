#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/media/media_element.h"

namespace hyperlocal {

// An element that is heard.
struct SoundClip {
  MediaElement element;
  std::filesystem::path file;
  double end_seconds = 0;  // of the film
  // How loud it is at every frame of the film, and one frame behind: 0 is silent, 1 as recorded.
  // Between frames it changes evenly.
  std::vector<double> gains;
};

// Mixes clips to the sound of a film of `frames` at `rate`, exactly as long as that, and writes it
// to `file` as AAC. What adds up beyond full scale is turned down around the peak. A clip that
// begins or ends within its source fades over two milliseconds: no click, and two halves of one
// recording side by side are what the whole is. Memory does not grow with the length. Errors: as
// SourceError names them; kCannotWrite, kIo.
Status MixSound(const std::vector<SoundClip>& clips, std::int64_t frames, FrameRate rate,
                const std::filesystem::path& file);

}  // namespace hyperlocal
