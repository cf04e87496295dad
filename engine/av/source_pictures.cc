#include "engine/av/source_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/av/media_source_internal.h"
#include "engine/av/upright_picture_internal.h"

namespace hyperlocal {
namespace {

// Going forward by decoding is exact, by seeking it is fast: only what lies further away is sought.
constexpr double kSeekBeyondSeconds = 4;

class LibavSourcePicture final : public SourcePicture {
 public:
  LibavSourcePicture(FrameHandle decoded, const PictureShape& shape)
      : decoded_(std::move(decoded)), shape_(shape) {}

  Result<Frame> Rgb() const override { return UprightPicture(*decoded_, shape_); }
  Result<std::vector<std::uint8_t>> Jpeg(int quality) const override {
    return UprightJpeg(*decoded_, shape_, quality);
  }

 private:
  const FrameHandle decoded_;
  const PictureShape shape_;
};

class LibavSourcePictures final : public SourcePictures {
 public:
  LibavSourcePictures(MediaSource source, CodecHandle decoder)
      : source_(std::move(source)),
        decoder_(std::move(decoder)),
        packet_(av_packet_alloc()),
        current_(av_frame_alloc()),
        next_(av_frame_alloc()) {
    const AVRational tick = source_.video->time_base;
    tolerance_ = std::min(0.5 * tick.num / tick.den, kMostTolerance);
  }

  Result<Shown> At(double seconds) override {
    CaptureLibavMessages();
    if (packet_ == nullptr || current_ == nullptr || next_ == nullptr) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    if (!started_) HYPERLOCAL_TRY_STATUS(Start(seconds));
    while (has_next_ && next_seconds_ - tolerance_ <= seconds) {
      std::swap(current_, next_);
      picture_.reset();
      HYPERLOCAL_TRY_STATUS(ReadNext());
    }
    const bool is_new = picture_ == nullptr;
    if (is_new) {
      FrameHandle decoded(av_frame_clone(current_.get()));
      if (decoded == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
      const PictureShape shape = ShapeOf(*source_.demuxer, *source_.video, *decoded);
      picture_ = std::make_shared<LibavSourcePicture>(std::move(decoded), shape);
    }
    return Shown{picture_, is_new, !has_next_};
  }

 private:
  // Time stamps are rounded to the ticks of their container, of a millisecond in the coarser ones.
  static constexpr double kMostTolerance = 0.001;
  static constexpr double kBefore = -std::numeric_limits<double>::infinity();

  Status Start(double seconds) {
    started_ = true;
    if (seconds > kSeekBeyondSeconds && SeekBefore(seconds)) {
      HYPERLOCAL_TRY_STATUS(ReadNext());
      // A file without an index may answer a seek with anything.
      if (!has_next_ || next_seconds_ - tolerance_ > seconds) HYPERLOCAL_TRY_STATUS(Rewind());
    } else {
      HYPERLOCAL_TRY_STATUS(ReadNext());
    }
    if (!has_next_) return Error{ErrorCode::kMedia, "it has no picture that can be decoded"};
    std::swap(current_, next_);
    return ReadNext();
  }

  bool SeekBefore(double seconds) {
    const AVRational tick = source_.video->time_base;
    // Pictures before the first whole one lean on others that were passed over.
    whole_from_ = std::numeric_limits<double>::infinity();
    const double in_file = seconds + source_.origin_seconds();
    const auto stamp = static_cast<std::int64_t>(in_file * tick.den / tick.num);
    return avformat_seek_file(source_.demuxer.get(), source_.video->index,
                              std::numeric_limits<std::int64_t>::min(), stamp, stamp, 0) >= 0;
  }

  Status Rewind() {
    const int code = avformat_seek_file(source_.demuxer.get(), -1,
                                        std::numeric_limits<std::int64_t>::min(), 0, 0, 0);
    if (code < 0) return LibavError(code, "going back to its begin");
    avcodec_flush_buffers(decoder_.get());
    ended_ = false;
    last_seconds_ = kBefore;
    whole_from_ = kBefore;
    return ReadNext();
  }

  // The next picture of the stream, in order, into next_.
  Status ReadNext() {
    has_next_ = false;
    av_frame_unref(next_.get());
    for (;;) {
      const int code = avcodec_receive_frame(decoder_.get(), next_.get());
      if (code == AVERROR_EOF) return Ok();
      if (code == AVERROR(EAGAIN)) {
        HYPERLOCAL_TRY_STATUS(Feed());
        continue;
      }
      if (code < 0) return LibavError(code, Doing());
      TakeTagsOfTheFile(*next_);
      const AVRational tick = source_.video->time_base;
      const std::int64_t stamp = next_->best_effort_timestamp;
      // A stream without time stamps is shown at its rate.
      const AVRational rate = source_.video->avg_frame_rate;
      next_seconds_ = stamp != AV_NOPTS_VALUE ? SecondsOf(stamp, tick) - source_.origin_seconds()
                      : rate.num > 0          ? std::max(last_seconds_, 0.0) + 1 / av_q2d(rate)
                                              : last_seconds_;
      if (next_->key_frame != 0) whole_from_ = std::min(whole_from_, next_seconds_);
      const bool damaged =
          next_->decode_error_flags != 0 || (next_->flags & AV_FRAME_FLAG_CORRUPT) != 0;
      if (damaged && next_seconds_ >= whole_from_) {
        return Error{ErrorCode::kMedia, fmt::format("the picture at {:.3f} s is damaged",
                                                    std::max(0.0, next_seconds_))};
      }
      if (next_seconds_ < last_seconds_) {  // out of order: shown never
        av_frame_unref(next_.get());
        continue;
      }
      last_seconds_ = next_seconds_;
      has_next_ = true;
      return Ok();
    }
  }

  // A codec that says nothing of its colours leaves that to the container.
  void TakeTagsOfTheFile(AVFrame& frame) const {
    const AVCodecParameters& file = *source_.video->codecpar;
    if (frame.colorspace == AVCOL_SPC_UNSPECIFIED) frame.colorspace = file.color_space;
    if (frame.color_range == AVCOL_RANGE_UNSPECIFIED) frame.color_range = file.color_range;
    if (frame.color_trc == AVCOL_TRC_UNSPECIFIED) frame.color_trc = file.color_trc;
    if (frame.color_primaries == AVCOL_PRI_UNSPECIFIED) {
      frame.color_primaries = file.color_primaries;
    }
    if (frame.chroma_location == AVCHROMA_LOC_UNSPECIFIED) {
      frame.chroma_location = file.chroma_location;
    }
  }

  std::string Doing() const {
    return fmt::format("decoding behind {:.3f} s", std::max(0.0, last_seconds_));
  }

  Status Feed() {
    for (;;) {
      if (ended_) return Error{ErrorCode::kMedia, Doing() + ": its decoder waits for more"};
      int code = av_read_frame(source_.demuxer.get(), packet_.get());
      // The mov demuxer takes a file that ends early for a shorter one; its I/O layer knows better.
      if (code == AVERROR_EOF && source_.demuxer->pb != nullptr && source_.demuxer->pb->error < 0) {
        code = source_.demuxer->pb->error;
      }
      if (code == AVERROR_EOF) {
        ended_ = true;
        code = avcodec_send_packet(decoder_.get(), nullptr);
      } else if (code >= 0) {
        if (packet_->stream_index != source_.video->index) {
          av_packet_unref(packet_.get());
          continue;
        }
        const bool cut_off = (packet_->flags & AV_PKT_FLAG_CORRUPT) != 0;
        code = cut_off ? AVERROR_INVALIDDATA : avcodec_send_packet(decoder_.get(), packet_.get());
        av_packet_unref(packet_.get());
      }
      if (code < 0) return LibavError(code, Doing());
      return Ok();
    }
  }

  MediaSource source_;
  CodecHandle decoder_;
  PacketHandle packet_;
  FrameHandle current_, next_;
  double tolerance_ = 0;
  bool started_ = false;
  bool ended_ = false;  // the decoder has been told
  bool has_next_ = false;
  double next_seconds_ = 0;
  double last_seconds_ = kBefore;
  double whole_from_ = kBefore;
  std::shared_ptr<const SourcePicture> picture_;  // current_, when it has been asked for
};

}  // namespace

Result<std::unique_ptr<SourcePictures>> SourcePictures::Open(const std::filesystem::path& file) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY(MediaSource source, OpenMediaSource(file));
  if (source.video == nullptr) return Error{ErrorCode::kMedia, "there is no video in it"};
  if (source.audio != nullptr) source.audio->discard = AVDISCARD_ALL;
  HYPERLOCAL_TRY(CodecHandle decoder, OpenMediaDecoder(*source.video));
  return std::unique_ptr<SourcePictures>(
      std::make_unique<LibavSourcePictures>(std::move(source), std::move(decoder)));
}

}  // namespace hyperlocal
