#include "engine/av/container_internal.h"

#include <string>
#include <string_view>

namespace hyperlocal {
namespace {

// mp4 and mov come from one muxer.
bool IsMov(const Container& container) {
  return container.muxer == std::string_view("mov");
}

}  // namespace

Result<MuxerHandle> OpenContainer(const Container& container, OutputFile& file,
                                  const AVCodecParameters& video, FrameRate rate) {
  const std::string doing = std::string("preparing a ") + container.muxer + " file";
  AVFormatContext* raw = nullptr;
  int code =
      avformat_alloc_output_context2(&raw, nullptr, container.muxer, file.temporary_path().c_str());
  MuxerHandle muxer(raw);
  if (code < 0) return LibavError(code, doing);
  muxer->pb = file.io();
  muxer->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
  // What begins before 0 (sound, as its decoder needs it) is not to move the pictures.
  muxer->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  AVStream* stream = avformat_new_stream(muxer.get(), nullptr);
  if (stream == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  code = avcodec_parameters_copy(stream->codecpar, &video);
  if (code < 0) return LibavError(code, doing);
  // From its rate a mov gets the timescale that the published chunks have: they are joined with
  // ours by programs that take the first one's for all.
  stream->time_base =
      IsMov(container) ? AVRational{rate.den, rate.num} : AVRational{1, kTrackTimescale};
  stream->avg_frame_rate = AVRational{rate.num, rate.den};
  stream->r_frame_rate = stream->avg_frame_rate;
  stream->sample_aspect_ratio = AVRational{1, 1};
  return muxer;
}

void PromiseAlpha(AVStream& stream) {
  av_dict_set(&stream.metadata, "alpha_mode", "1", 0);
}

bool PromisesAlpha(const AVStream& stream) {
  const AVDictionaryEntry* entry = av_dict_get(stream.metadata, "alpha_mode", nullptr, 0);
  return entry != nullptr && std::string_view(entry->value) == "1";
}

Status WriteHeader(const Container& container, AVFormatContext& muxer,
                   const HeaderOptions& options) {
  LibavOptions header;
  if (container.is_mov_family) {
    // Durations in 1/90000 s too: the default of milliseconds rounds them. And no edit list where
    // nothing is edited: time starts at 0, and a rounded edit would cut the last frame short. With
    // sound there is one: it hides what an AAC decoder needs before the first sample.
    if (!IsMov(container)) {
      header.Set("video_track_timescale", std::to_string(kTrackTimescale));
    }
    header.Set("movie_timescale", std::to_string(kTrackTimescale));
    header.Set("use_editlist", options.has_sound ? "1" : "0");
    // A mov is for an editor, which opens it from a disk: not written twice for its index.
    if (options.index_first && !IsMov(container)) header.Set("movflags", "+faststart");
  } else if (options.index_first) {
    header.Set("cues_to_front", "1");
  }
  const int code = avformat_write_header(&muxer, header.out());
  if (code < 0) return LibavError(code, std::string("writing a ") + container.muxer + " header");
  if (const std::string unknown = header.Unknown(); !unknown.empty()) {
    return Error{ErrorCode::kMedia,
                 std::string("the ") + container.muxer + " muxer does not know " + unknown};
  }
  return Ok();
}

}  // namespace hyperlocal
