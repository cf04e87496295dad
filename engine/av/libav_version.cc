#include "engine/av/libav_version.h"

#include <stdio.h>

#include <array>

#include "engine/av/libav_handles_internal.h"

namespace hyperlocal {
namespace {

// The first line that the program prints; empty when there is none.
std::string AskTheProgram() {
  FILE* const pipe = ::popen("exec ffmpeg -version 2>/dev/null </dev/null", "re");
  if (pipe == nullptr) return "";
  std::array<char, 512> text{};
  std::string line;
  if (::fgets(text.data(), static_cast<int>(text.size()), pipe) != nullptr) line = text.data();
  ::pclose(pipe);
  return line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

std::string FfmpegVersion() {
  return std::string("ffmpeg version ") + av_version_info();
}

std::string FfmpegVersionLine() {
  static const std::string line = [] {
    const std::string asked = AskTheProgram();
    return IsFfmpegVersionHere(asked) ? asked : FfmpegVersion();
  }();
  return line;
}

bool IsFfmpegVersionHere(std::string_view line) {
  const std::string version = FfmpegVersion();
  return line == version || line.starts_with(version + " ");
}

}  // namespace hyperlocal
