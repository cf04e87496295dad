#include "engine/av/video_joiner.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/av/audio_track_internal.h"
#include "engine/av/container_internal.h"
#include "engine/av/libav_handles_internal.h"
#include "engine/av/output_file_internal.h"

namespace hyperlocal {
namespace {

std::string NameOfChunk(std::size_t index, const std::filesystem::path& file) {
  return "chunk " + std::to_string(index) + " (" + file.string() + ")";
}

struct OpenChunk {
  DemuxerHandle demuxer;
  const AVStream* stream = nullptr;  // belongs to the demuxer
};

Result<OpenChunk> Open(const std::filesystem::path& file, const Container& container) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return Error{ErrorCode::kMissingPlanArtifact, "there is no such file; render the chunk again"};
  }
  AVFormatContext* raw = nullptr;
  // Chunks come from outside the process: nothing but the container they must have is let in,
  // whatever the bytes look like.
  const int code =
      avformat_open_input(&raw, file.c_str(), av_find_input_format(container.demuxer), nullptr);
  if (code < 0) return LibavError(code, std::string("opening it as ") + container.demuxer);
  OpenChunk chunk{.demuxer = DemuxerHandle(raw)};
  for (unsigned i = 0; i < raw->nb_streams; ++i) {
    if (raw->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_VIDEO || chunk.stream != nullptr) {
      return Error{ErrorCode::kMedia, "a chunk holds one video stream and nothing else"};
    }
    chunk.stream = raw->streams[i];
  }
  if (chunk.stream == nullptr) return Error{ErrorCode::kMedia, "it holds no video stream"};
  return chunk;
}

// The parameter sets in an hvcC box (ISO/IEC 14496-15, 8.3.3.1), each with its type in front. x265
// also puts its options there, as a message that names the processor and the threads it ran on.
std::vector<std::vector<std::uint8_t>> HevcParameterSets(std::span<const std::uint8_t> box) {
  constexpr std::size_t kArraysAt = 22;
  constexpr int kVps = 32, kPps = 34;  // with the SPS between them
  std::vector<std::vector<std::uint8_t>> sets;
  if (box.size() <= kArraysAt) return sets;
  std::size_t at = kArraysAt + 1;
  const auto read16 = [&]() -> std::size_t {
    if (at + 2 > box.size()) return 0;
    at += 2;
    return static_cast<std::size_t>(box[at - 2]) << 8 | box[at - 1];
  };
  for (int arrays = box[kArraysAt]; arrays > 0 && at < box.size(); --arrays) {
    const int type = box[at++] & 0x3f;
    for (std::size_t units = read16(); units > 0; --units) {
      const std::size_t size = read16();
      if (size == 0 || at + size > box.size()) return sets;
      if (type >= kVps && type <= kPps) {
        std::vector<std::uint8_t>& set = sets.emplace_back(1, static_cast<std::uint8_t>(type));
        const auto unit = box.subspan(at, size);
        set.insert(set.end(), unit.begin(), unit.end());
      }
      at += size;
    }
  }
  return sets;
}

bool SameHeaders(const AVCodecParameters& a, const AVCodecParameters& b) {
  const auto header = [](const AVCodecParameters& parameters) {
    return std::span<const std::uint8_t>(parameters.extradata,
                                         static_cast<std::size_t>(parameters.extradata_size));
  };
  const auto one = header(a), other = header(b);
  // Every key frame of VP9 says all there is to say.
  if (a.codec_id == AV_CODEC_ID_VP9) return true;
  if (std::equal(one.begin(), one.end(), other.begin(), other.end())) return true;
  return a.codec_id == AV_CODEC_ID_HEVC && !HevcParameterSets(one).empty() &&
         HevcParameterSets(one) == HevcParameterSets(other);
}

// Packets of one stream may only follow those of another if a decoder can keep its headers.
Status CheckFits(const AVCodecParameters& chunk, const AVCodecParameters& first) {
  if (chunk.codec_id != first.codec_id) {
    return Error{ErrorCode::kMedia, std::string("its codec is ") +
                                        avcodec_get_name(chunk.codec_id) + ", chunk 0 has " +
                                        avcodec_get_name(first.codec_id)};
  }
  if (chunk.width != first.width || chunk.height != first.height) {
    return Error{ErrorCode::kMedia, "its size is " + std::to_string(chunk.width) + "x" +
                                        std::to_string(chunk.height) + ", chunk 0 has " +
                                        std::to_string(first.width) + "x" +
                                        std::to_string(first.height)};
  }
  if (!SameHeaders(chunk, first)) {
    return Error{ErrorCode::kMedia,
                 "its codec headers differ from those of chunk 0; all chunks of a plan must be "
                 "rendered with the same settings and the same encoder version"};
  }
  return Ok();
}

// The file that grows, chunk by chunk.
class Joiner {
 public:
  Joiner(const Container& container, FrameRate rate, const std::filesystem::path& output,
         std::unique_ptr<OutputFile> file, std::optional<AudioTrack> audio)
      : container_(container),
        rate_(rate),
        name_(output.string()),
        file_(std::move(file)),
        audio_(std::move(audio)),
        packet_(av_packet_alloc()) {}

  Status Append(const OpenChunk& chunk) {
    if (muxer_ == nullptr) {
      HYPERLOCAL_TRY_STATUS(Begin(*chunk.stream));
    } else {
      HYPERLOCAL_TRY_STATUS(CheckFits(*chunk.stream->codecpar, *muxer_->streams[0]->codecpar));
      if (PromisesAlpha(*chunk.stream) != PromisesAlpha(*muxer_->streams[0])) {
        return Error{ErrorCode::kMedia, "it has alpha and chunk 0 has none, or the reverse"};
      }
    }
    std::int64_t frames = 0;
    for (;; ++frames) {
      const int code = av_read_frame(chunk.demuxer.get(), packet_.get());
      // The mov demuxer takes a file that ends early for a shorter one; its I/O layer knows better.
      if (code == AVERROR_EOF && chunk.demuxer->pb->error >= 0) break;
      if (code < 0) {
        return LibavError(code == AVERROR_EOF ? chunk.demuxer->pb->error : code,
                          "reading frame " + std::to_string(frames));
      }
      if ((packet_->flags & AV_PKT_FLAG_CORRUPT) != 0) {
        return Error{ErrorCode::kMedia, "frame " + std::to_string(frames) + " is cut off"};
      }
      if (frames == 0 && (packet_->flags & AV_PKT_FLAG_KEY) == 0) {
        return Error{ErrorCode::kMedia, "it does not begin with a key frame"};
      }
      if (packet_->pts != packet_->dts) {
        return Error{ErrorCode::kMedia, "frame " + std::to_string(frames) +
                                            " is out of order: chunks have no B-frames"};
      }
      HYPERLOCAL_TRY_STATUS(Copy());
    }
    if (frames == 0) return Error{ErrorCode::kMedia, "it holds no frames"};
    const std::int64_t promised = FramesPromised(chunk);
    if (promised > 0 && promised != frames) {
      return Error{ErrorCode::kMedia, "its index promises " + std::to_string(promised) +
                                          " frames, the file holds " + std::to_string(frames)};
    }
    return Ok();
  }

  std::int64_t frames() const { return frames_; }

  Result<JoinedVideo> Finish() {
    HYPERLOCAL_TRY_STATUS(WriteSoundUpTo(std::numeric_limits<std::int64_t>::max()));
    if (const int code = av_write_trailer(muxer_.get()); code < 0) return WriteError(code);
    HYPERLOCAL_TRY(const std::int64_t size, file_->Commit());
    return JoinedVideo{.frames = frames_, .file_size = size};
  }

 private:
  // By the index of an mp4 or mov; a webm says how long it is. 0: it does not say.
  std::int64_t FramesPromised(const OpenChunk& chunk) const {
    if (container_.is_mov_family) return chunk.stream->nb_frames;
    const std::int64_t duration = chunk.demuxer->duration;
    if (duration == AV_NOPTS_VALUE) return 0;
    return av_rescale(duration, rate_.num, std::int64_t{AV_TIME_BASE} * rate_.den);
  }

  Status Begin(const AVStream& first) {
    if (packet_ == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    const AVCodecParameters& parameters = *first.codecpar;
    HYPERLOCAL_TRY(muxer_, OpenContainer(container_, *file_, parameters, rate_));
    AVStream& stream = *muxer_->streams[0];
    if (PromisesAlpha(first)) PromiseAlpha(stream);
    // Players of one vendor know H.265 by this tag only; H.264 has one choice, and the tag of
    // ProRes names its profile.
    if (parameters.codec_id == AV_CODEC_ID_HEVC) {
      stream.codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');
    } else if (parameters.codec_id != AV_CODEC_ID_PRORES) {
      stream.codecpar->codec_tag = 0;
    }
    if (audio_) HYPERLOCAL_TRY_STATUS(AddSoundStream());
    return WriteHeader(container_, *muxer_, {.has_sound = audio_.has_value(), .index_first = true});
  }

  std::int64_t TimeOf(std::int64_t frame) const {
    return av_rescale(frame, std::int64_t{kTrackTimescale} * rate_.den, rate_.num);
  }

  Status AddSoundStream() {
    AVStream* stream = avformat_new_stream(muxer_.get(), nullptr);
    if (stream == nullptr ||
        avcodec_parameters_copy(stream->codecpar, audio_->parameters.get()) < 0) {
      return Error{ErrorCode::kInternal, "out of memory"};
    }
    stream->time_base = audio_->time_base;
    return Ok();
  }

  // The packets of the sound that begin before `time`, in the time of the pictures, so that players
  // find both side by side in the file.
  Status WriteSoundUpTo(std::int64_t time) {
    while (audio_ && sound_written_ < audio_->packets.size()) {
      AVPacket* packet = audio_->packets[sound_written_].get();
      const AVRational pictures{1, kTrackTimescale};
      if (av_compare_ts(packet->dts, audio_->time_base, time, pictures) >= 0) return Ok();
      if (audio_->parameters->codec_id == AV_CODEC_ID_OPUS) {
        // A webm counts from the first sample of the decoder, and says how many come before the
        // sound; libav 5.1's muxer leaves that to its caller.
        packet->pts += audio_->parameters->initial_padding;
        packet->dts += audio_->parameters->initial_padding;
        // The file ends with the sound, not that much later; nought would be taken for unknown.
        if (sound_written_ + 1 == audio_->packets.size()) {
          packet->duration =
              std::max<std::int64_t>(packet->duration - audio_->parameters->initial_padding,
                                     audio_->parameters->sample_rate / 1000);
        }
      }
      av_packet_rescale_ts(packet, audio_->time_base, muxer_->streams[1]->time_base);
      packet->pos = -1;
      packet->stream_index = 1;
      ++sound_written_;
      HYPERLOCAL_TRY_STATUS(Write(packet));
    }
    return Ok();
  }

  Status Write(AVPacket* packet) {
    int code = av_write_frame(muxer_.get(), packet);
    av_packet_unref(packet);
    if (code >= 0) code = file_->io()->error;
    if (code < 0) return WriteError(code);
    return Ok();
  }

  Status Copy() {
    HYPERLOCAL_TRY_STATUS(WriteSoundUpTo(TimeOf(frames_)));
    packet_->pts = TimeOf(frames_);
    packet_->dts = packet_->pts;
    packet_->duration = TimeOf(frames_ + 1) - packet_->pts;
    av_packet_rescale_ts(packet_.get(), AVRational{1, kTrackTimescale},
                         muxer_->streams[0]->time_base);
    packet_->pos = -1;
    packet_->stream_index = 0;
    HYPERLOCAL_TRY_STATUS(Write(packet_.get()));
    ++frames_;
    return Ok();
  }

  Error WriteError(int code) const { return LibavError(code, "writing " + name_, ErrorCode::kIo); }

  const Container container_;
  FrameRate rate_;
  std::string name_;
  std::unique_ptr<OutputFile> file_;  // outlives the muxer
  MuxerHandle muxer_;
  std::optional<AudioTrack> audio_;
  std::size_t sound_written_ = 0;  // packets
  PacketHandle packet_;
  std::int64_t frames_ = 0;
};

Result<Container> ContainerOf(OutputFormat format) {
  switch (format) {
    case OutputFormat::kMp4:
      return kMp4Container;
    case OutputFormat::kMov:
      return kMovContainer;
    case OutputFormat::kWebm:
      return kWebmContainer;
    case OutputFormat::kPngSequence:
      break;
  }
  return Error{ErrorCode::kInternal, "a png-sequence is joined by JoinFrameDirectories"};
}

}  // namespace

Result<JoinedVideo> JoinVideos(std::span<const std::filesystem::path> chunks, FrameRate rate,
                               const std::filesystem::path& output, const JoinOptions& options) {
  CaptureLibavMessages();
  if (chunks.empty()) return Error{ErrorCode::kMedia, "there are no chunks to join"};
  if (rate.num < 1 || rate.den < 1) {
    return Error{ErrorCode::kMedia, "the frame rate must be positive"};
  }
  HYPERLOCAL_TRY(const Container container, ContainerOf(options.format));
  std::optional<AudioTrack> audio;
  if (!options.audio.empty()) {
    if (!options.expected_frames) {
      return Error{ErrorCode::kInternal, "sound is fitted to a length that must be known"};
    }
    HYPERLOCAL_TRY(audio,
                   ReadAudioTrack(options.audio, *options.expected_frames, rate,
                                  container.is_mov_family ? SoundCodec::kAac : SoundCodec::kOpus));
  }
  HYPERLOCAL_TRY(std::unique_ptr<OutputFile> file, OutputFile::Create(output));
  Joiner joiner(container, rate, output, std::move(file), std::move(audio));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    Result<OpenChunk> chunk = Open(chunks[i], container);
    if (!chunk) return std::move(chunk).error().WithContext(NameOfChunk(i, chunks[i]));
    if (Status status = joiner.Append(*chunk); !status) {
      return std::move(status).error().WithContext(NameOfChunk(i, chunks[i]));
    }
  }
  if (options.expected_frames && joiner.frames() != *options.expected_frames) {
    return Error{ErrorCode::kMedia, "the chunks hold " + std::to_string(joiner.frames()) +
                                        " frames together, not " +
                                        std::to_string(*options.expected_frames)};
  }
  return joiner.Finish();
}

}  // namespace hyperlocal
