#include "engine/media/video_extraction.h"

#include <fmt/format.h>

#include <memory>
#include <system_error>
#include <utility>

#include "engine/av/source_pictures.h"
#include "engine/media/media_file.h"
#include "engine/media/picture_writers_internal.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr int kJpegQuality = 95;  // as published

Result<ExtractedFrames> Extract(const fs::path& file, const VideoWindow& window,
                                const fs::path& directory, const ExtractionSettings& settings,
                                bool png) {
  std::error_code failure;
  if (!fs::create_directories(directory, failure)) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot make " + directory.filename().string() + ": " + failure.message()};
  }
  HYPERLOCAL_TRY(const std::unique_ptr<SourcePictures> source, SourcePictures::Open(file));
  PictureWriters writers(directory, {png, kJpegQuality, settings.bytes_limit});
  Status decoded = Ok();
  for (std::int64_t frame = 0; frame < window.frame_count; ++frame) {
    if (settings.stop.cancelled()) return Error{ErrorCode::kCancelled, "the plan was given up"};
    auto shown = source->At(window.SourceSecondsOf(frame));
    if (!shown) {
      decoded = std::move(shown).error();
      break;
    }
    if (!shown->is_new && frame > 0) {
      writers.Repeat();
    } else if (!writers.Write(std::move(shown->picture))) {
      break;
    }
  }
  // What failed on the way to the disk is of an earlier picture.
  HYPERLOCAL_TRY(const PictureWriters::Written written, writers.Finish());
  if (written.too_large) {
    return Error{
        ErrorCode::kPlanTooLarge,
        fmt::format("its pictures alone are larger than a plan may be: {} of {} take {} MB. "
                    "Make the video shorter or smaller, its frames jpg, or raise "
                    "planDirSizeLimitBytes",
                    written.frames, window.frame_count, written.bytes >> 20)};
  }
  if (!decoded) return std::move(decoded).error();
  return ExtractedFrames{png ? "frame_%05d.png" : "frame_%05d.jpg", written.frames, written.bytes};
}

}  // namespace

Result<ExtractedFrames> ExtractFrames(const MediaElement& element, const fs::path& source,
                                      const SourceVideoFacts& facts, const VideoWindow& window,
                                      const fs::path& directory,
                                      const ExtractionSettings& settings) {
  // A JPEG has no alpha, whatever was asked for.
  const bool png = facts.has_alpha || settings.format == "png";
  auto frames = Extract(source, window, directory, settings, png);
  if (!frames) return SourceError(element, std::move(frames).error());
  return frames;
}

}  // namespace hyperlocal
