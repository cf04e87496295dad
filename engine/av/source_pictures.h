#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// A decoded picture of a file: upright, with square pixels, by the file's own matrix and range. It
// outlives the SourcePictures that it is from. Any thread, several at once.
class SourcePicture {
 public:
  virtual ~SourcePicture() = default;
  // kRgba32 where the file has alpha, else kRgb24. Error: kMedia.
  virtual Result<Frame> Rgb() const = 0;
  // Without the alpha. Colour stays at half the resolution where the file stores it so. Error:
  // kMedia.
  virtual Result<std::vector<std::uint8_t>> Jpeg(int quality) const = 0;
};

// What a player shows of a video file, moment by moment: the picture whose time has come and whose
// successor's has not, by the time stamps of the file (a variable rate, edit lists and a stream
// that begins late are all in them). Holds two pictures, however long the file is. One thread at a
// time.
class SourcePictures {
 public:
  // Errors: kNoInput, kMedia (not media, no video in it, no decoder for it), kIo.
  static Result<std::unique_ptr<SourcePictures>> Open(const std::filesystem::path& file);
  virtual ~SourcePictures() = default;

  struct Shown {
    std::shared_ptr<const SourcePicture> picture;
    bool is_new = true;    // else the one of the call before
    bool is_last = false;  // the file has no later one
  };
  // Seconds of the file's own time, which begins with its first stream; callers ask in rising
  // order. Before the first picture the first is shown, behind the last the last. Errors: kMedia
  // naming the time of the picture that cannot be decoded; kIo.
  virtual Result<Shown> At(double seconds) = 0;
};

}  // namespace hyperlocal
