#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/av/container_internal.h"
#include "engine/av/libav_handles_internal.h"
#include "engine/av/video_reader.h"
#include "engine/av/video_source_internal.h"

namespace hyperlocal {
namespace {

FrameRate RateOf(AVRational rate) {
  return FrameRate{.num = rate.num, .den = rate.den};
}

std::string NameOrUnknown(const char* name) {
  return name == nullptr ? "unknown" : name;
}

// Whether moov comes before mdat in an mp4 or mov file, by its top-level boxes; false for anything
// else.
bool IndexComesFirst(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t offset = 0;
  // A file has a handful of top-level boxes; the bound is for files that are no mp4.
  for (int boxes = 0; boxes < 64; ++boxes) {
    std::array<unsigned char, 16> header{};
    file.seekg(static_cast<std::streamoff>(offset));
    if (!file.read(reinterpret_cast<char*>(header.data()), 8)) return false;
    const std::string_view type(reinterpret_cast<const char*>(header.data()) + 4, 4);
    if (type == "moov") return true;
    if (type == "mdat") return false;
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | header.at(i);
    if (size == 1) {  // a 64-bit size follows the type
      if (!file.read(reinterpret_cast<char*>(header.data()) + 8, 8)) return false;
      size = 0;
      for (std::size_t i = 8; i < 16; ++i) size = size << 8 | header.at(i);
    }
    if (size < 8 || offset + size < offset) return false;
    offset += size;
  }
  return false;
}

}  // namespace

Result<VideoSource> OpenVideoSource(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return Error{ErrorCode::kNoInput, "there is no file " + file.string()};
  }
  AVFormatContext* raw = nullptr;
  // The "file:" keeps libav from reading a name such as "concat:a" or "http://b" as an address.
  int code = avformat_open_input(&raw, ("file:" + file.string()).c_str(), nullptr, nullptr);
  VideoSource source{.demuxer = DemuxerHandle(raw)};
  const std::string doing = "opening " + file.string();
  if (code >= 0) code = avformat_find_stream_info(raw, nullptr);
  if (code < 0) return LibavError(code, doing);
  for (unsigned i = 0; i < raw->nb_streams; ++i) {
    AVStream* stream = raw->streams[i];
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && source.stream == nullptr) {
      source.stream = stream;
    } else {
      stream->discard = AVDISCARD_ALL;
    }
  }
  if (source.stream == nullptr) return Error{ErrorCode::kMedia, doing + ": it holds no video"};
  return source;
}

Result<VideoFacts> ProbeVideo(const std::filesystem::path& file) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY(const VideoSource source, OpenVideoSource(file));
  const AVStream& stream = *source.stream;
  const AVCodecParameters& parameters = *stream.codecpar;
  VideoFacts facts;
  facts.codec = avcodec_get_name(parameters.codec_id);
  facts.pixel_format =
      NameOrUnknown(av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format)));
  facts.color_matrix = NameOrUnknown(av_color_space_name(parameters.color_space));
  facts.color_primaries = NameOrUnknown(av_color_primaries_name(parameters.color_primaries));
  facts.color_transfer = NameOrUnknown(av_color_transfer_name(parameters.color_trc));
  facts.color_range = NameOrUnknown(av_color_range_name(parameters.color_range));
  const AVPixFmtDescriptor* pixels =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(parameters.format));
  facts.has_alpha =
      PromisesAlpha(stream) || (pixels != nullptr && (pixels->flags & AV_PIX_FMT_FLAG_ALPHA) != 0);
  facts.width = parameters.width;
  facts.height = parameters.height;
  facts.average_rate = RateOf(stream.avg_frame_rate);
  facts.real_rate = RateOf(stream.r_frame_rate);
  if (stream.duration != AV_NOPTS_VALUE) {
    facts.duration_seconds = static_cast<double>(stream.duration) * av_q2d(stream.time_base);
  } else if (source.demuxer->duration != AV_NOPTS_VALUE) {
    facts.duration_seconds = static_cast<double>(source.demuxer->duration) / AV_TIME_BASE;
  }
  facts.index_first = IndexComesFirst(file);
  const PacketHandle packet(av_packet_alloc());
  if (packet == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  for (;;) {
    const int code = av_read_frame(source.demuxer.get(), packet.get());
    if (code == AVERROR_EOF) break;
    if (code < 0) return LibavError(code, "reading " + file.string());
    if (packet->stream_index == stream.index) ++facts.frame_count;
    av_packet_unref(packet.get());
  }
  return facts;
}

}  // namespace hyperlocal
