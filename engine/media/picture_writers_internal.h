#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/av/source_pictures.h"
#include "engine/error/result.h"
#include "engine/pipeline/bounded_queue.h"

namespace hyperlocal {

// Writes the pictures of a video as frame_00001.jpg (or .png) and on, encoded on as many threads as
// there are cores: what is in the files does not depend on them. A few pictures are on the way at
// once, however many come. One thread at a time.
class PictureWriters {
 public:
  struct Kind {
    bool png = false;
    int jpeg_quality = 95;
    std::int64_t bytes_limit = 0;  // of all files
    unsigned threads = 0;          // 0: as many as there are cores
  };
  PictureWriters(std::filesystem::path directory, const Kind& kind);
  // What has not been written by now is not.
  ~PictureWriters();

  // The next frame shows this picture. False when there is no use in going on: Finish says why.
  bool Write(std::shared_ptr<const SourcePicture> picture);
  // The next frame shows the picture of the one before.
  void Repeat();

  struct Written {
    std::int64_t frames = 0;
    std::int64_t bytes = 0;
    bool too_large = false;  // `frames` is the first one beyond the limit
  };
  // Waits for all of them, and gives the frames that repeat a picture a second name for its file.
  // Errors of the first frame that failed: kMedia, kIo.
  Result<Written> Finish();

 private:
  struct Item {
    std::size_t picture = 0;  // its number
    std::int64_t frame = 0;   // the first that shows it
    std::shared_ptr<const SourcePicture> pixels;
  };
  void Encode();
  Status EncodeOne(const Item& item);
  std::filesystem::path NameOf(std::int64_t frame) const;

  const std::filesystem::path directory_;
  const Kind kind_;
  std::int64_t frames_ = 0;
  std::vector<std::int64_t> first_frames_;  // of each picture
  BoundedQueue<Item> queue_;

  std::mutex mutex_;                 // of what follows
  std::vector<std::int64_t> sizes_;  // of each picture's file, bytes
  std::int64_t written_bytes_ = 0;
  std::size_t failed_picture_ = 0;
  std::optional<Error> failure_;  // of the first picture that failed

  std::atomic<bool> hopeless_ = false;
  std::vector<std::thread> threads_;  // last: they use the rest
};

}  // namespace hyperlocal
