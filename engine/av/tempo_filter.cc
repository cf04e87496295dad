#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/source_sound.h"
#include "engine/av/tempo_filter_internal.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
}

namespace hyperlocal {
namespace {

struct GraphDeleter {
  void operator()(AVFilterGraph* graph) const { avfilter_graph_free(&graph); }
};

// One atempo takes from 0.5 up; slower is several in a row.
std::string Chain(double rate) {
  constexpr double kSlowest = 0.5, kFastest = 2;  // beyond it single samples are left out
  std::string chain;
  const auto add = [&chain](double part) {
    chain += fmt::format("{}atempo={:.9f}", chain.empty() ? "" : ",", part);
  };
  for (; rate < kSlowest; rate /= kSlowest) add(kSlowest);
  for (; rate > kFastest; rate /= kFastest) add(kFastest);
  add(rate);
  return chain;
}

class AtempoFilter final : public TempoFilter {
 public:
  AtempoFilter() : graph_(avfilter_graph_alloc()) {}

  Status Build(double rate) {
    if (graph_ == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    graph_->nb_threads = 1;
    const std::string format = fmt::format(
        "sample_rate={0}:sample_fmt=flt:channel_layout=stereo:time_base=1/{0}", kMixRate);
    int code = avfilter_graph_create_filter(&source_, avfilter_get_by_name("abuffer"), "in",
                                            format.c_str(), nullptr, graph_.get());
    if (code >= 0) {
      code = avfilter_graph_create_filter(&sink_, avfilter_get_by_name("abuffersink"), "out",
                                          nullptr, nullptr, graph_.get());
    }
    if (code < 0) return LibavError(code, "preparing to change the speed of a sound");
    AVFilterInOut* outputs = avfilter_inout_alloc();
    AVFilterInOut* inputs = avfilter_inout_alloc();
    if (outputs == nullptr || inputs == nullptr)
      return Error{ErrorCode::kInternal, "out of memory"};
    *outputs = {av_strdup("in"), source_, 0, nullptr};
    *inputs = {av_strdup("out"), sink_, 0, nullptr};
    const std::string chain = Chain(rate) + ",aformat=sample_fmts=flt:channel_layouts=stereo";
    code = avfilter_graph_parse_ptr(graph_.get(), chain.c_str(), &inputs, &outputs, nullptr);
    avfilter_inout_free(&inputs);
    avfilter_inout_free(&outputs);
    if (code >= 0) code = avfilter_graph_config(graph_.get(), nullptr);
    if (code < 0) return LibavError(code, "preparing to change the speed of a sound");
    return Ok();
  }

  Status Push(std::span<const float> samples, std::vector<float>& out) override {
    FrameHandle frame;
    if (!samples.empty()) {
      frame.reset(av_frame_alloc());
      if (frame == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
      frame->format = AV_SAMPLE_FMT_FLT;
      frame->sample_rate = kMixRate;
      frame->nb_samples = static_cast<int>(samples.size() / kMixChannels);
      av_channel_layout_default(&frame->ch_layout, kMixChannels);
      frame->pts = pushed_;
      pushed_ += frame->nb_samples;
      if (av_frame_get_buffer(frame.get(), 0) < 0) {
        return Error{ErrorCode::kInternal, "out of memory"};
      }
      std::memcpy(frame->data[0], samples.data(), samples.size_bytes());
    }
    int code = av_buffersrc_add_frame(source_, frame.get());
    if (code < 0) return LibavError(code, "changing the speed of a sound");
    const FrameHandle taken(av_frame_alloc());
    if (taken == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
    while ((code = av_buffersink_get_frame(sink_, taken.get())) >= 0) {
      const auto* data = reinterpret_cast<const float*>(taken->data[0]);
      out.insert(out.end(), data, data + std::ptrdiff_t{taken->nb_samples} * kMixChannels);
      av_frame_unref(taken.get());
    }
    if (code != AVERROR(EAGAIN) && code != AVERROR_EOF) {
      return LibavError(code, "changing the speed of a sound");
    }
    return Ok();
  }

 private:
  std::unique_ptr<AVFilterGraph, GraphDeleter> graph_;
  AVFilterContext* source_ = nullptr;  // belong to the graph
  AVFilterContext* sink_ = nullptr;
  std::int64_t pushed_ = 0;
};

}  // namespace

Result<std::unique_ptr<TempoFilter>> TempoFilter::Create(double rate) {
  auto filter = std::make_unique<AtempoFilter>();
  HYPERLOCAL_TRY_STATUS(filter->Build(rate));
  return std::unique_ptr<TempoFilter>(std::move(filter));
}

}  // namespace hyperlocal
