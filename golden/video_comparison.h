#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "golden/picture_metrics.h"
#include "golden/picture_stream.h"
#include "golden/sound_comparison.h"

namespace hyperlocal::golden {

struct SoundFacts {
  std::string codec;
  int sample_rate = 0;
  int channels = 0;
  double seconds = 0;
};

// What is known of one of the two videos.
struct MediaFacts {
  SourceFacts source;
  std::string layout;  // of the first picture: "yuv 4:2:0, 8 bits"
  bool has_alpha = false;
  std::int64_t decoded_frames = 0;
  std::vector<std::int64_t> key_frames;  // a chunk begins at each
  std::optional<SoundFacts> sound;
};

// Over all frames that were compared.
struct VideoFigures {
  std::array<double, 3> plane_psnr_db{};  // of the mean of the frames' squared errors
  double psnr_db = 0;                     // of all planes together, as ffmpeg's psnr filter has it
  double rgb_psnr_db = 0;
  std::optional<double> alpha_psnr_db;
  std::array<double, 3> plane_ssim{};
  double ssim = 1;
  double ms_ssim = 1;
  double mean_colour_error = 0;  // of 255
  int max_colour_error = 0;
  std::int64_t identical_frames = 0;
};

struct VideoComparison {
  MediaFacts a;
  MediaFacts b;
  bool same_size = false;
  bool planes_compared = false;  // in every frame
  int plane_count = 0;
  ColourModel model = ColourModel::kYcbcr;
  // As many as the shorter video has; none when the sizes differ.
  std::vector<PictureFigures> frames;
  VideoFigures figures;
  std::optional<SoundComparison> sound;  // if both have any
  // Of every decoded frame, for the diagnosis.
  std::vector<PictureSignature> signatures_a;
  std::vector<PictureSignature> signatures_b;
};

struct ComparisonOptions {
  int threads = 0;  // 0: as many as there are cores
  CancellationToken cancel;
  std::function<void(std::int64_t frames)> on_frame;  // compared so far; from any thread
};

// Decodes both and compares them frame by frame, by index. Two threads decode, `threads` compare;
// a dozen frames are in memory at once, whatever the videos' length. Errors: kNoInput, kMedia (one
// cannot be decoded), kCancelled.
Result<VideoComparison> CompareVideos(const std::filesystem::path& a,
                                      const std::filesystem::path& b,
                                      const ComparisonOptions& options = {});

// The PSNR by which a frame is judged: of the stored planes where they can be compared and mean the
// same colours, else of RGB. In dB, infinite for equal pictures.
double JudgedPsnrDb(const VideoComparison& comparison, const PictureFigures& frame);
// The same over all frames.
double JudgedPsnrDb(const VideoComparison& comparison);
// Whether both say the same of their matrix and range.
bool SameColourTags(const VideoComparison& comparison);

}  // namespace hyperlocal::golden
