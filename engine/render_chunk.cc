#include "engine/render_chunk.h"

#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/av/frame_directory.h"
#include "engine/av/image_codec.h"
#include "engine/av/libav_version.h"
#include "engine/av/video_writer.h"
#include "engine/capture/open_frame_source.h"
#include "engine/frame/paste.h"
#include "engine/hash/chunk_hash.h"
#include "engine/hash/sha256.h"
#include "engine/pipeline/bounded_queue.h"
#include "engine/plan/encoder_ladder.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

// Pictures between two stages: enough to ride out an uneven frame, little enough to keep three
// 1080p chunks small.
constexpr std::size_t kQueueLength = 2;

// One picture on its way to the encoder.
struct Decoded {
  Frame frame = {};
  std::optional<PixelRectangle> part = std::nullopt;  // of the picture, if it is no more than that
  bool again = false;                                 // the picture before, and none here
};

// SHA-256 of each whole picture's pixels.
class FrameHashes {
 public:
  Status Add(const Decoded& picture) {
    if (picture.part) {
      HYPERLOCAL_TRY_STATUS(Paste(picture.frame, *picture.part, shown_));
    } else if (!picture.again) {
      shown_ = picture.frame;
    }
    hashes_.push_back(picture.again ? hashes_.back()
                                    : Sha256().Update(std::span(shown_.pixels)).HexDigest());
    return Ok();
  }
  std::vector<std::string> Take() { return std::move(hashes_); }

 private:
  Frame shown_;
  std::vector<std::string> hashes_;
};

// The two stages behind the capture, and the first thing that went wrong in them.
class EncodingStages {
 public:
  // `hashes`, if it is not null, outlives this and belongs to it until Finish.
  EncodingStages(VideoWriter& writer, bool with_alpha, FrameHashes* hashes)
      : writer_(writer),
        with_alpha_(with_alpha),
        hashes_(hashes),
        decoding_([this] { Decode(); }),
        encoding_([this] { Encode(); }) {}
  ~EncodingStages() {
    images_.Abandon();
    Join();
  }

  // False when a stage has failed; Finish tells why.
  bool Take(CapturedImage image) { return images_.Push(std::move(image)); }

  // Waits for all frames that were taken.
  Status Finish() {
    images_.Close();
    Join();
    const std::lock_guard lock(mutex_);
    if (error_) return *error_;
    return Ok();
  }

 private:
  void Join() {
    if (decoding_.joinable()) decoding_.join();
    if (encoding_.joinable()) encoding_.join();
  }

  void Fail(Error error) {
    {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::move(error);
    }
    images_.Abandon();
    frames_.Abandon();
  }

  // In a span of its own: to wait for room in the next queue is no decoding.
  Result<Frame> DecodeOne(CapturedImage image) const {
    const WorkSpan span(WorkKind::kDecode, "picture");
    HYPERLOCAL_TRY(Frame frame, DecodeImage(std::move(image)));
    // A page that is opaque all over, and a test card, which always is, come without alpha.
    return with_alpha_ ? WithAlpha(std::move(frame)) : std::move(frame);
  }

  void Decode() {
    while (std::optional<CapturedImage> image = images_.Pop()) {
      Decoded picture{.part = image->part, .again = image->again};
      if (!image->again) {
        Result<Frame> frame = DecodeOne(std::move(*image));
        if (!frame) return Fail(std::move(frame).error());
        picture.frame = std::move(*frame);
      }
      if (hashes_ != nullptr) {
        if (Status added = hashes_->Add(picture); !added) return Fail(std::move(added).error());
      }
      if (!frames_.Push(std::move(picture))) return;
    }
    frames_.Close();
  }

  void Encode() {
    while (const std::optional<Decoded> picture = frames_.Pop()) {
      const Status written = picture->again  ? writer_.WriteAgain()
                             : picture->part ? writer_.WritePart(picture->frame, *picture->part)
                                             : writer_.Write(picture->frame);
      if (!written) return Fail(written.error());
    }
  }

  VideoWriter& writer_;
  const bool with_alpha_;
  FrameHashes* const hashes_;
  BoundedQueue<CapturedImage> images_{kQueueLength};
  BoundedQueue<Decoded> frames_{kQueueLength};
  std::mutex mutex_;
  std::optional<Error> error_;
  std::thread decoding_;
  std::thread encoding_;
};

Status CheckWorker(const PlanDirectory& plan, int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= plan.chunks.size()) {
    return Error{ErrorCode::kChunkIndexOutOfRange,
                 fmt::format("the plan has chunks 0 to {}, not {}", plan.chunks.size() - 1, index)};
  }
  if (plan.locked.browser_gpu_mode != "software") {
    return Error{ErrorCode::kBrowserGpuNotSoftware,
                 fmt::format("the plan asks for a browser that draws by \"{}\"; only \"software\" "
                             "draws the same pixels on every machine. Plan again",
                             plan.locked.browser_gpu_mode)};
  }
  if (!IsFfmpegVersionHere(plan.ffmpeg_version)) {
    return Error{ErrorCode::kFfmpegVersionMismatch,
                 fmt::format("the plan was made for \"{}\", this machine has \"{}\"; plan again "
                             "here, or render where it "
                             "was planned",
                             plan.ffmpeg_version, FfmpegVersion())};
  }
  return Ok();
}

Result<std::unique_ptr<VideoWriter>> OpenWriter(const PlanDirectory& plan,
                                                const std::filesystem::path& output) {
  if (plan.format == OutputFormat::kPngSequence) {
    return CreateFrameDirectoryWriter(output, plan.output_width(), plan.output_height());
  }
  HYPERLOCAL_TRY(const VideoSettings settings, VideoSettingsOf(plan));
  return VideoWriter::Create(output, settings);
}

Result<RenderedChunk> RenderSlice(const PlanDirectory& plan, const ChunkSlice& slice,
                                  const std::filesystem::path& output, BrowserSlot& slot,
                                  const RenderChunkOptions& options) {
  HYPERLOCAL_TRY(const std::unique_ptr<FrameSource> source, OpenFrameSource(plan, slice, slot));
  HYPERLOCAL_TRY(const std::unique_ptr<VideoWriter> writer, OpenWriter(plan, output));
  FrameHashes hashes;
  EncodingStages stages(*writer, HasAlpha(plan.format),
                        options.frame_hashes != nullptr ? &hashes : nullptr);
  const auto pass_messages_on = [&] {
    for (const std::string& line : source->TakeMessages()) {
      if (options.on_message) options.on_message(line);
    }
  };
  for (std::int64_t frame = slice.start_frame; frame < slice.end_frame; ++frame) {
    if (options.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    Result<CapturedImage> image = source->Capture(frame);
    pass_messages_on();
    if (!image) return std::move(image).error();
    if (!stages.Take(std::move(*image))) break;
    if (options.on_frame) options.on_frame(frame - slice.start_frame + 1);
  }
  HYPERLOCAL_TRY_STATUS(stages.Finish());
  RenderedChunk chunk;
  chunk.file = output;
  HYPERLOCAL_TRY(chunk.frames, writer->Finish());
  HYPERLOCAL_TRY(chunk.sha256, ChunkHash(output));
  chunk.capture_mode = plan.locked.capture_mode;
  if (options.frame_hashes != nullptr) *options.frame_hashes = hashes.Take();
  return chunk;
}

}  // namespace

Result<RenderedChunk> RenderChunk(const PlanDirectory& plan, int index,
                                  const std::filesystem::path& output, BrowserSlot& slot,
                                  const RenderChunkOptions& options) {
  HYPERLOCAL_TRY_STATUS(CheckWorker(plan, index));
  Result<RenderedChunk> chunk =
      RenderSlice(plan, plan.chunks[static_cast<std::size_t>(index)], output, slot, options);
  if (!chunk) return std::move(chunk).error().WithContext("chunk " + std::to_string(index));
  return chunk;
}

}  // namespace hyperlocal
