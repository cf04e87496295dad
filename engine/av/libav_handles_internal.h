#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/error/error.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

// libav's objects as owning handles. Only engine/av/ includes this.
namespace hyperlocal {

struct LibavDeleter {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVBSFContext* filter) const { av_bsf_free(&filter); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
  void operator()(AVCodecParameters* parameters) const { avcodec_parameters_free(&parameters); }
};

using FrameHandle = std::unique_ptr<AVFrame, LibavDeleter>;
using PacketHandle = std::unique_ptr<AVPacket, LibavDeleter>;
using CodecHandle = std::unique_ptr<AVCodecContext, LibavDeleter>;
using BitstreamFilterHandle = std::unique_ptr<AVBSFContext, LibavDeleter>;
using ScalerHandle = std::unique_ptr<SwsContext, LibavDeleter>;
using CodecParametersHandle = std::unique_ptr<AVCodecParameters, LibavDeleter>;

// A demuxer; closes its file.
struct DemuxerDeleter {
  void operator()(AVFormatContext* demuxer) const { avformat_close_input(&demuxer); }
};
using DemuxerHandle = std::unique_ptr<AVFormatContext, DemuxerDeleter>;

// A muxer. Its AVIOContext belongs to an OutputFile, which must outlive it.
struct MuxerDeleter {
  void operator()(AVFormatContext* muxer) const { avformat_free_context(muxer); }
};
using MuxerHandle = std::unique_ptr<AVFormatContext, MuxerDeleter>;

// Options on their way into libav, which takes the ones it knows out of the dictionary.
class LibavOptions {
 public:
  LibavOptions() = default;
  LibavOptions(const LibavOptions&) = delete;
  LibavOptions& operator=(const LibavOptions&) = delete;
  ~LibavOptions() { av_dict_free(&dictionary_); }

  void Set(const char* name, const std::string& value) {
    av_dict_set(&dictionary_, name, value.c_str(), 0);
  }
  AVDictionary** out() { return &dictionary_; }
  // The first option that libav did not know; empty when all were taken. An ignored option is a
  // bug, not a detail: it would silently change what is encoded.
  std::string Unknown() const;

 private:
  AVDictionary* dictionary_ = nullptr;
};

// From here on libav and its encoders write nothing to stderr; the calling thread's last error line
// is kept for LibavError instead. Every public function of engine/av/ that uses libav calls it
// first. Thread-safe, cheap.
void CaptureLibavMessages();

// What libav's return code says, as an Error: "<doing>: <text> (libav <number>)", and libav's last
// message if there is one. A full disk, a file-size limit and I/O errors are kIo whatever
// `otherwise` says.
Error LibavError(int code, std::string_view doing, ErrorCode otherwise = ErrorCode::kMedia);

}  // namespace hyperlocal
