#include "engine/av/media_probe.h"

#include <cmath>

#include "engine/av/media_source_internal.h"
#include "engine/av/upright_picture_internal.h"

namespace hyperlocal {
namespace {

SourceVideoFacts FactsOf(const MediaSource& source) {
  const AVStream& stream = *source.video;
  const AVCodecParameters& parameters = *stream.codecpar;
  SourceVideoFacts facts;
  facts.codec = avcodec_get_name(parameters.codec_id);
  const UprightSize shown = UprightSizeOf(*source.demuxer, *source.video);
  facts.width = shown.width;
  facts.height = shown.height;
  facts.frames_per_second = stream.avg_frame_rate.num > 0 ? av_q2d(stream.avg_frame_rate) : 0;
  if (stream.start_time != AV_NOPTS_VALUE) {
    facts.start_seconds = SecondsOf(stream.start_time, stream.time_base);
  }
  facts.duration_seconds = DurationOf(stream);
  if (facts.duration_seconds <= 0 && source.demuxer->duration > 0) {
    facts.duration_seconds = static_cast<double>(source.demuxer->duration) / AV_TIME_BASE;
  }
  if (stream.r_frame_rate.num > 0 && facts.frames_per_second > 0) {
    constexpr double kAllowed = 0.01;  // of the rate
    const double claimed = av_q2d(stream.r_frame_rate);
    facts.variable_rate = std::abs(claimed - facts.frames_per_second) > kAllowed * claimed;
  }
  facts.has_alpha = MayHaveAlpha(stream);
  if (parameters.color_space != AVCOL_SPC_UNSPECIFIED ||
      parameters.color_trc != AVCOL_TRC_UNSPECIFIED ||
      parameters.color_primaries != AVCOL_PRI_UNSPECIFIED) {
    const auto name = [](const char* text) { return std::string(text == nullptr ? "" : text); };
    facts.color = {name(av_color_transfer_name(parameters.color_trc)),
                   name(av_color_primaries_name(parameters.color_primaries)),
                   name(av_color_space_name(parameters.color_space))};
  }
  return facts;
}

}  // namespace

Result<MediaFacts> ProbeMedia(const std::filesystem::path& file) {
  CaptureLibavMessages();
  HYPERLOCAL_TRY(const MediaSource source, OpenMediaSource(file));
  MediaFacts facts;
  if (source.demuxer->duration > 0) {
    facts.duration_seconds = static_cast<double>(source.demuxer->duration) / AV_TIME_BASE;
  }
  if (source.video != nullptr) facts.video = FactsOf(source);
  facts.has_audio = source.audio != nullptr;
  return facts;
}

}  // namespace hyperlocal
