#include "golden/video_comparison.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/pipeline/bounded_queue.h"

namespace hyperlocal::golden {
namespace {

constexpr std::size_t kFramesAhead = 4;  // decoded and not yet compared, of each video

using PictureQueue = BoundedQueue<PlanePicture>;

// Decodes one of the videos into a queue.
class Decoding {
 public:
  Decoding(std::unique_ptr<PictureStream> stream, MediaFacts& facts)
      : stream_(std::move(stream)), facts_(facts) {}

  void Run() {
    for (;;) {
      Result<std::optional<PlanePicture>> next = stream_->Next();
      if (!next) {
        error_ = std::move(next).error();
        break;
      }
      if (!*next) break;
      const PlanePicture& picture = **next;
      if (facts_.decoded_frames == 0) {
        facts_.layout = picture.LayoutName();
        facts_.has_alpha = picture.alpha.has_value();
      }
      if (picture.is_key) facts_.key_frames.push_back(facts_.decoded_frames);
      ++facts_.decoded_frames;
      if (!queue_.Push(std::move(**next))) break;
    }
    queue_.Close();
  }

  PictureQueue& queue() { return queue_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::unique_ptr<PictureStream> stream_;
  MediaFacts& facts_;
  PictureQueue queue_{kFramesAhead};
  std::optional<Error> error_;
};

template <typename Value>
void PutAt(std::vector<Value>& values, std::size_t index, Value value) {
  if (values.size() <= index) values.resize(index + 1);
  values[index] = std::move(value);
}

// Takes pairs of pictures from two queues and compares them on several threads.
class Comparing {
 public:
  Comparing(Decoding& a, Decoding& b, VideoComparison& out, const ComparisonOptions& options)
      : a_(a), b_(b), out_(out), options_(options) {}

  void Run(std::size_t threads) {
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back([this] { Work(); });
    Work();
    for (std::thread& other : others) other.join();
  }

  const std::optional<Error>& error() const { return error_; }

 private:
  void Work() {
    PictureComparer comparer;
    for (;;) {
      std::optional<PlanePicture> a;
      std::optional<PlanePicture> b;
      std::size_t index = 0;
      {
        // Both pops under one lock: the n-th of one belongs to the n-th of the other.
        const std::lock_guard lock(taking_);
        a = a_.queue().Pop();
        b = b_.queue().Pop();
        index = next_++;
      }
      if (!a && !b) return;
      if (options_.cancel.cancelled()) {
        Fail(Error{ErrorCode::kCancelled, "stopped"});
        return;
      }
      PictureSignature signature_a = a ? SignatureOf(*a) : PictureSignature{};
      PictureSignature signature_b = b ? SignatureOf(*b) : PictureSignature{};
      std::optional<PictureFigures> figures;
      if (a && b && a->width == b->width && a->height == b->height) {
        auto compared = comparer.Compare(*a, *b);
        if (!compared) {
          Fail(std::move(compared).error());
          return;
        }
        figures = *compared;
      }
      const std::lock_guard lock(giving_);
      if (a) PutAt(out_.signatures_a, index, std::move(signature_a));
      if (b) PutAt(out_.signatures_b, index, std::move(signature_b));
      if (figures) {
        PutAt(out_.frames, index, *figures);
        if (index == 0) out_.model = a->model;
      }
      ++done_;
      if (options_.on_frame) options_.on_frame(done_);
    }
  }

  void Fail(Error error) {
    {
      const std::lock_guard lock(giving_);
      if (!error_) error_ = std::move(error);
    }
    a_.queue().Abandon();
    b_.queue().Abandon();
  }

  Decoding& a_;
  Decoding& b_;
  VideoComparison& out_;
  const ComparisonOptions& options_;
  std::mutex taking_;
  std::size_t next_ = 0;
  std::mutex giving_;  // guards out_ and what follows
  std::int64_t done_ = 0;
  std::optional<Error> error_;
};

void SumUp(VideoComparison& comparison) {
  VideoFigures& sum = comparison.figures;
  const auto frames = static_cast<double>(comparison.frames.size());
  if (comparison.frames.empty()) return;
  comparison.planes_compared = true;
  std::array<double, 3> plane_mse{};
  double mse = 0;
  double rgb_mse = 0;
  double alpha_mse = 0;
  bool alpha = true;
  double peak = 255;
  sum.ssim = sum.ms_ssim = 0;
  for (const PictureFigures& frame : comparison.frames) {
    comparison.planes_compared = comparison.planes_compared && frame.planes_compared;
    comparison.plane_count = frame.plane_count;
    peak = frame.peak;
    for (std::size_t i = 0; i < 3; ++i) {
      plane_mse[i] += frame.planes[i].mse / frames;
      sum.plane_ssim[i] += frame.planes[i].ssim / frames;
    }
    mse += frame.mse / frames;
    rgb_mse += frame.rgb.mse / frames;
    alpha = alpha && frame.alpha.has_value();
    if (frame.alpha) alpha_mse += frame.alpha->mse / frames;
    sum.ssim += frame.ssim / frames;
    sum.ms_ssim += frame.ms_ssim / frames;
    sum.mean_colour_error += frame.rgb.mean_error / frames;
    sum.max_colour_error = std::max(sum.max_colour_error, frame.rgb.max_error);
    sum.identical_frames += frame.identical ? 1 : 0;
  }
  if (!comparison.planes_compared) comparison.plane_count = 0;
  for (std::size_t i = 0; i < 3; ++i) sum.plane_psnr_db[i] = PsnrDb(plane_mse[i], peak);
  sum.psnr_db = PsnrDb(mse, peak);
  sum.rgb_psnr_db = PsnrDb(rgb_mse, 255);
  if (alpha) sum.alpha_psnr_db = PsnrDb(alpha_mse, peak);
}

Status CompareSound(const std::filesystem::path& path_a, const std::filesystem::path& path_b,
                    VideoComparison& out) {
  const auto read = [](const std::filesystem::path& path, const MediaFacts& facts) {
    return facts.source.has_rate ? ReadSound(path) : Result<std::optional<Sound>>(std::nullopt);
  };
  HYPERLOCAL_TRY(const std::optional<Sound> a, read(path_a, out.a));
  HYPERLOCAL_TRY(const std::optional<Sound> b, read(path_b, out.b));
  const auto facts = [](const std::optional<Sound>& sound) -> std::optional<SoundFacts> {
    if (!sound) return std::nullopt;
    return SoundFacts{.codec = sound->codec,
                      .sample_rate = sound->sample_rate,
                      .channels = sound->channels,
                      .seconds = sound->seconds()};
  };
  out.a.sound = facts(a);
  out.b.sound = facts(b);
  if (a && b) out.sound = CompareSounds(*a, *b);
  return Ok();
}

}  // namespace

Result<VideoComparison> CompareVideos(const std::filesystem::path& a,
                                      const std::filesystem::path& b,
                                      const ComparisonOptions& options) {
  VideoComparison comparison;
  HYPERLOCAL_TRY(comparison.a.source, ProbeSource(a));
  HYPERLOCAL_TRY(comparison.b.source, ProbeSource(b));
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const auto threads = options.threads > 0 ? static_cast<unsigned>(options.threads) : cores;
  const int decoder_threads = static_cast<int>(std::max(1U, threads / 2));
  HYPERLOCAL_TRY(auto stream_a, PictureStream::Open(a, decoder_threads));
  HYPERLOCAL_TRY(auto stream_b, PictureStream::Open(b, decoder_threads));

  Decoding decoding_a(std::move(stream_a), comparison.a);
  Decoding decoding_b(std::move(stream_b), comparison.b);
  Comparing comparing(decoding_a, decoding_b, comparison, options);
  std::thread thread_a([&decoding_a] { decoding_a.Run(); });
  std::thread thread_b([&decoding_b] { decoding_b.Run(); });
  comparing.Run(threads);
  thread_a.join();
  thread_b.join();
  if (comparing.error()) return *comparing.error();
  if (decoding_a.error()) return *decoding_a.error();
  if (decoding_b.error()) return *decoding_b.error();

  const VideoFacts& facts_a = comparison.a.source.video;
  const VideoFacts& facts_b = comparison.b.source.video;
  comparison.same_size = facts_a.width == facts_b.width && facts_a.height == facts_b.height;
  SumUp(comparison);
  HYPERLOCAL_TRY_STATUS(CompareSound(a, b, comparison));
  return comparison;
}

bool SameColourTags(const VideoComparison& comparison) {
  const VideoFacts& a = comparison.a.source.video;
  const VideoFacts& b = comparison.b.source.video;
  return a.color_matrix == b.color_matrix && a.color_range == b.color_range;
}

double JudgedPsnrDb(const VideoComparison& comparison, const PictureFigures& frame) {
  if (frame.planes_compared && SameColourTags(comparison)) return PsnrDb(frame.mse, frame.peak);
  return PsnrDb(frame.rgb.mse, 255);
}

double JudgedPsnrDb(const VideoComparison& comparison) {
  return comparison.planes_compared && SameColourTags(comparison) ? comparison.figures.psnr_db
                                                                  : comparison.figures.rgb_psnr_db;
}

}  // namespace hyperlocal::golden
