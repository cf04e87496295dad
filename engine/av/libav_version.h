#pragma once

#include <string>

namespace hyperlocal {

// The version line that plans record and chunks compare, in the form of `ffmpeg -version`'s first line up to the
// version: "ffmpeg version 5.1.9-0+deb12u1".
std::string FfmpegVersionLine();

}  // namespace hyperlocal
