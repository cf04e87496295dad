#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "engine/av/media_source_internal.h"

namespace hyperlocal {
namespace {

// What a composition may play. No playlists and no scripts of other files: what they name is no
// part of the project.
constexpr const char* kFormats =
    "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,ogg,mp3,wav,w64,flac,aac,aiff,caf,flv,gif,apng,"
    "ivf,"
    "h264,hevc,asf,mxf,amr,ac3,eac3,au";

Error OpenError(int code, const std::string& doing) {
  if (code == AVERROR(ENOENT)) return Error{ErrorCode::kNoInput, doing + ": there is no such file"};
  return LibavError(code, doing);
}

bool PromisesAlphaByTag(const AVStream& stream) {
  const AVDictionaryEntry* tag = av_dict_get(stream.metadata, "alpha_mode", nullptr, 0);
  return tag != nullptr && std::string_view(tag->value) == "1";
}

}  // namespace

double SecondsOf(std::int64_t time_stamp, AVRational time_base) {
  return static_cast<double>(time_stamp) * time_base.num / time_base.den;
}

double DurationOf(const AVStream& stream) {
  if (stream.duration != AV_NOPTS_VALUE && stream.duration > 0) {
    return SecondsOf(stream.duration, stream.time_base);
  }
  // Matroska has it as a text: "00:01:02.500000000".
  const AVDictionaryEntry* tag = av_dict_get(stream.metadata, "DURATION", nullptr, 0);
  int hours = 0, minutes = 0;
  double seconds = 0;
  if (tag != nullptr && std::sscanf(tag->value, "%d:%d:%lf", &hours, &minutes, &seconds) == 3) {
    const double end = hours * 3600 + minutes * 60 + seconds;
    return stream.start_time == AV_NOPTS_VALUE
               ? end
               : end - std::max(0.0, SecondsOf(stream.start_time, stream.time_base));
  }
  return 0;
}

double MediaSource::origin_seconds() const {
  if (demuxer->start_time == AV_NOPTS_VALUE || demuxer->start_time < 0) return 0;
  return static_cast<double>(demuxer->start_time) / AV_TIME_BASE;
}

Result<MediaSource> OpenMediaSource(const std::filesystem::path& file) {
  const std::string doing = "opening " + file.filename().string();
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return OpenError(AVERROR(ENOENT), doing);
  AVFormatContext* raw = nullptr;
  LibavOptions options;
  options.Set("format_whitelist", kFormats);
  options.Set("protocol_whitelist", "file");
  int code = avformat_open_input(&raw, ("file:" + file.string()).c_str(), nullptr, options.out());
  MediaSource source{.demuxer = DemuxerHandle(raw)};
  if (code < 0) return OpenError(code, doing);
  code = avformat_find_stream_info(raw, nullptr);
  if (code < 0) return OpenError(code, doing);
  for (unsigned i = 0; i < raw->nb_streams; ++i) {
    AVStream* stream = raw->streams[i];
    const bool cover = (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && source.video == nullptr && !cover) {
      source.video = stream;
    } else if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && source.audio == nullptr) {
      source.audio = stream;
    } else {
      stream->discard = AVDISCARD_ALL;
    }
  }
  return source;
}

bool MayHaveAlpha(const AVStream& stream) {
  const AVPixFmtDescriptor* pixels =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(stream.codecpar->format));
  const bool in_pixels = pixels != nullptr && (pixels->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  return in_pixels || PromisesAlphaByTag(stream);
}

Result<CodecHandle> OpenMediaDecoder(const AVStream& stream) {
  const AVCodecID id = stream.codecpar->codec_id;
  const AVCodec* codec = nullptr;
  if (PromisesAlphaByTag(stream)) {
    if (id == AV_CODEC_ID_VP9) codec = avcodec_find_decoder_by_name("libvpx-vp9");
    if (id == AV_CODEC_ID_VP8) codec = avcodec_find_decoder_by_name("libvpx");
  }
  if (codec == nullptr) codec = avcodec_find_decoder(id);
  if (codec == nullptr) {
    return Error{ErrorCode::kMedia,
                 std::string("nothing here decodes its codec ") + avcodec_get_name(id)};
  }
  CodecHandle decoder(avcodec_alloc_context3(codec));
  if (decoder == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  int code = avcodec_parameters_to_context(decoder.get(), stream.codecpar);
  if (code >= 0) {
    decoder->pkt_timebase = stream.time_base;
    decoder->thread_count = 0;  // as many as there are cores: what is decoded is the same
    code = avcodec_open2(decoder.get(), codec, nullptr);
  }
  if (code < 0) return LibavError(code, std::string("opening the decoder for ") + codec->name);
  return decoder;
}

}  // namespace hyperlocal
