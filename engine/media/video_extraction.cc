#include "engine/media/video_extraction.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/av/image_codec.h"
#include "engine/av/jpeg_encoder.h"
#include "engine/av/source_pictures.h"
#include "engine/media/media_file.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr int kJpegQuality = 95;  // as published

Status Write(const fs::path& file, const std::vector<std::uint8_t>& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) return Ok();
  return Error{ErrorCode::kIo, "cannot write " + file.filename().string() + "; is the disk full?"};
}

// A second name for a file; its copy where the file system has no such thing.
Status WriteAgain(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::create_hard_link(from, to, failure);
  if (failure) fs::copy_file(from, to, failure);
  if (!failure) return Ok();
  return Error{ErrorCode::kIo, "cannot write " + to.filename().string() + ": " + failure.message()};
}

class Extraction {
 public:
  Extraction(const VideoWindow& window, fs::path directory, const ExtractionSettings& settings,
             bool png)
      : window_(window), directory_(std::move(directory)), settings_(settings), png_(png) {}

  Result<ExtractedFrames> Run(const fs::path& file) {
    std::error_code failure;
    if (!fs::create_directories(directory_, failure)) {
      return Error{ErrorCode::kCannotWrite,
                   "cannot make " + directory_.filename().string() + ": " + failure.message()};
    }
    HYPERLOCAL_TRY(const std::unique_ptr<SourcePictures> source, SourcePictures::Open(file));
    ExtractedFrames frames;
    frames.pattern = png_ ? "frame_%05d.png" : "frame_%05d.jpg";
    fs::path previous;
    for (; frames.count < window_.frame_count; ++frames.count) {
      HYPERLOCAL_TRY(const SourcePictures::Shown shown,
                     source->At(window_.SourceSecondsOf(frames.count)));
      const fs::path name =
          directory_ / fmt::format("frame_{:05}.{}", frames.count + 1, png_ ? "png" : "jpg");
      if (shown.is_new || previous.empty()) {
        HYPERLOCAL_TRY(
            const std::vector<std::uint8_t> bytes,
            png_ ? EncodePng(*shown.picture)
                 : EncodeJpeg(*shown.picture, {kJpegQuality, source->has_coarse_chroma()}));
        HYPERLOCAL_TRY_STATUS(Write(name, bytes));
        size_ = static_cast<std::int64_t>(bytes.size());
      } else {
        HYPERLOCAL_TRY_STATUS(WriteAgain(previous, name));
      }
      frames.bytes += size_;
      if (frames.bytes > settings_.bytes_limit) return TooLarge(frames);
      previous = name;
    }
    return frames;
  }

 private:
  Error TooLarge(const ExtractedFrames& frames) const {
    return Error{
        ErrorCode::kPlanTooLarge,
        fmt::format("its pictures alone are larger than a plan may be: {} of {} take {} MB. "
                    "Make the video shorter or smaller, its frames jpg, or raise "
                    "planDirSizeLimitBytes",
                    frames.count + 1, window_.frame_count, frames.bytes >> 20)};
  }

  const VideoWindow& window_;
  const fs::path directory_;
  const ExtractionSettings& settings_;
  const bool png_;
  std::int64_t size_ = 0;  // of the last file, bytes
};

}  // namespace

Result<ExtractedFrames> ExtractFrames(const MediaElement& element, const fs::path& source,
                                      const SourceVideoFacts& facts, const VideoWindow& window,
                                      const fs::path& directory,
                                      const ExtractionSettings& settings) {
  // A JPEG has no alpha, whatever was asked for.
  const bool png = facts.has_alpha || settings.format == "png";
  auto frames = Extraction(window, directory, settings, png).Run(source);
  if (!frames) return SourceError(element, std::move(frames).error());
  return frames;
}

}  // namespace hyperlocal
