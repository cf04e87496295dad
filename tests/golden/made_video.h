#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "golden/verdict.h"
#include "golden/video_comparison.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::testing {

// Runs Debian's ffmpeg; what it says when it fails is on standard error.
inline void Ffmpeg(const std::string& arguments) {
  const std::string command = "ffmpeg -nostdin -v error -y " + arguments + " </dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

// What a command prints.
inline std::string OutputOf(const std::string& command) {
  FILE* const pipe = ::popen(command.c_str(), "re");
  std::string text;
  char bytes[4096];
  while (pipe != nullptr && std::fgets(bytes, sizeof bytes, pipe) != nullptr) text += bytes;
  if (pipe != nullptr) ::pclose(pipe);
  return text;
}

// A directory for videos of a test, made by ffmpeg.
class MadeVideos : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return (directory_ / name).string(); }

  // 24 frames of ffmpeg's moving test picture, through `filter`, as H.264 whose tags say BT.709 in
  // limited range; `colours` is how the samples are really made.
  std::string Make(const std::string& name, const std::string& filter = "null",
                   const std::string& colours = "out_color_matrix=bt709:out_range=tv",
                   const std::string& more = "") const {
    Ffmpeg("-f lavfi -i testsrc2=size=320x180:rate=24:duration=1 -vf '" + filter +
           ",scale=" + colours +
           ":flags=accurate_rnd+full_chroma_int,format=yuv420p' -c:v libx264 -crf 12 "
           "-preset veryfast -threads 1 -g 6 -colorspace bt709 -color_range tv -color_primaries "
           "bt709 -color_trc bt709 " +
           more + " " + Path(name));
    return Path(name);
  }

  static golden::VideoComparison Compare(const std::string& a, const std::string& b) {
    auto compared = golden::CompareVideos(a, b);
    if (!compared) ADD_FAILURE() << compared.error().message;
    return compared ? *compared : golden::VideoComparison{};
  }

  TemporaryDirectory directory_{"golden"};
};

}  // namespace hyperlocal::testing
