#pragma once

#include <string>
#include <string_view>

namespace hyperlocal {

// The version of the libav that encodes here: "ffmpeg version 5.1.9-0+deb12u1".
std::string FfmpegVersion();

// What plans record: the first line of `ffmpeg -version`, of which the version is the beginning and
// a copyright the rest. The published workers compare all of it with what the program prints on
// their machine, so it is asked here too, if it is there and of libav's version (50 ms the first
// time); otherwise the version alone. Thread-safe.
std::string FfmpegVersionLine();

// Whether a plan with that line was made for the libav of this machine.
bool IsFfmpegVersionHere(std::string_view line);

}  // namespace hyperlocal
