#pragma once

#include <filesystem>
#include <memory>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// What a player shows of a video file, moment by moment: the picture whose time has come and whose
// successor's has not, by the time stamps of the file (a variable rate, edit lists and a stream that
// begins late are all in them). Pictures are upright, with square pixels, RGB by the file's own
// matrix and range; kRgba32 where the file has alpha. Holds two pictures, however long the file is.
// One thread at a time.
class SourcePictures {
 public:
  // Errors: kNoInput, kMedia (not media, no video in it, no decoder for it), kIo.
  static Result<std::unique_ptr<SourcePictures>> Open(const std::filesystem::path& file);
  virtual ~SourcePictures() = default;

  struct Shown {
    const Frame* picture = nullptr;  // until the next call
    bool is_new = true;              // else the one of the call before
    bool is_last = false;            // the file has no later one
  };
  // Seconds of the file's own time, which begins with its first stream; callers ask in rising order.
  // Before the first picture the first is shown, behind the last the last. Errors: kMedia naming the
  // time of the picture that cannot be decoded; kIo.
  virtual Result<Shown> At(double seconds) = 0;
  // Whether colour is stored at half the resolution in both directions, which a JPEG may then do too.
  virtual bool has_coarse_chroma() const = 0;
};

}  // namespace hyperlocal
