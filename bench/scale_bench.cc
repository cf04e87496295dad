// What a render costs against the number of its chunks and frames and the size of its pictures: a
// test card, so that the cost is ours. bench/scale runs it and says how each cost grows; the time
// to look at is that of the processor, of all threads.
//   build/bench/bench/bench_scale --benchmark_filter=Frames
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/assemble.h"
#include "engine/plan_project.h"
#include "engine/render_chunk.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

struct Shape {
  int width = 64;
  int height = 48;
  std::int64_t frames = 0;
  int chunks = 1;
};

// A plan and its chunks, in a directory of their own.
class CardRender {
 public:
  explicit CardRender(Shape shape) : shape_(shape) {
    std::filesystem::create_directory(directory_ / "project");
    std::ofstream(directory_ / "project/testcard.json")
        << "{\"width\":" << shape.width << ",\"height\":" << shape.height
        << ",\"fps\":30,\"frames\":" << shape.frames << ",\"pattern\":\"bars\"}";
  }

  Status Plan() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_ / "plan", ignored);
    PlanRequest request;
    request.project = directory_ / "project";
    request.plan_directory = directory_ / "plan";
    request.config_for = [this](const CompositionFacts&) -> Result<RenderConfig> {
      RenderConfig config;
      config.width = shape_.width;
      config.height = shape_.height;
      config.quality = Quality::kDraft;
      config.chunk_size = static_cast<int>((shape_.frames + shape_.chunks - 1) / shape_.chunks);
      config.max_parallel_chunks = shape_.chunks;  // a config that was validated has 256 at most
      return config;
    };
    auto plan = PlanProject(request, slot_);
    if (!plan) return plan.error();
    plan_ = std::make_unique<PlanDirectory>(std::move(*plan));
    return Ok();
  }

  // As a worker does before each of its chunks.
  Status ReadPlan() {
    auto plan = ReadPlanDirectory(directory_ / "plan");
    if (!plan) return plan.error();
    return VerifyPlanHash(*plan);
  }

  Status RenderAll() {
    files_.clear();
    for (int index = 0; index < shape_.chunks; ++index) {
      files_.push_back(directory_ / (std::to_string(index) + ".mp4"));
      auto chunk = RenderChunk(*plan_, index, files_.back(), slot_, {});
      if (!chunk) return chunk.error();
    }
    return Ok();
  }

  Status AssembleAll() {
    auto video = Assemble(*plan_, files_, directory_ / "video.mp4");
    if (!video) return video.error();
    if (video->frames == shape_.frames) return Ok();
    return Error{ErrorCode::kInternal, "a wrong number of frames"};
  }

  bool planned() const { return plan_ != nullptr; }
  bool rendered() const { return !files_.empty(); }

 private:
  Shape shape_;
  testing::TemporaryDirectory directory_{"bench-scale"};
  BrowserSlot slot_{CancellationToken()};
  std::unique_ptr<PlanDirectory> plan_;
  std::vector<std::filesystem::path> files_;
};

// Does it once an iteration.
void Time(benchmark::State& state, CardRender& render, Status (CardRender::*work)()) {
  for (auto _ : state) {
    if (const Status done = (render.*work)(); !done) {
      return state.SkipWithError(done.error().message.c_str());
    }
  }
}

// One render of so many chunks of one frame for all of the benchmarks below, or null.
CardRender* RenderOfChunks(benchmark::State& state, bool planned, bool rendered) {
  static std::map<std::int64_t, std::unique_ptr<CardRender>> renders;
  auto& render = renders[state.range(0)];
  if (render == nullptr) {
    render = std::make_unique<CardRender>(
        Shape{.frames = state.range(0), .chunks = static_cast<int>(state.range(0))});
  }
  Status ready = Ok();
  if (planned && !render->planned()) ready = render->Plan();
  if (ready && rendered && !render->rendered()) ready = render->RenderAll();
  if (ready) return render.get();
  state.SkipWithError(ready.error().message.c_str());
  return nullptr;
}

void Plan(benchmark::State& state) {
  if (auto* render = RenderOfChunks(state, false, false)) Time(state, *render, &CardRender::Plan);
}
void ReadPlan(benchmark::State& state) {
  if (auto* render = RenderOfChunks(state, true, false))
    Time(state, *render, &CardRender::ReadPlan);
}
void RenderChunks(benchmark::State& state) {
  if (auto* render = RenderOfChunks(state, true, false)) {
    Time(state, *render, &CardRender::RenderAll);
  }
}
void AssembleChunks(benchmark::State& state) {
  if (auto* render = RenderOfChunks(state, true, true)) {
    Time(state, *render, &CardRender::AssembleAll);
  }
}

void ByChunks(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("chunks")->RangeMultiplier(10)->Range(10, 10'000);
}
void Timed(benchmark::internal::Benchmark* benchmark) {
  benchmark->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK(Plan)->Apply(ByChunks)->Apply(Timed);
BENCHMARK(ReadPlan)->Apply(ByChunks)->Apply(Timed);
BENCHMARK(RenderChunks)->Apply(ByChunks)->Apply(Timed)->Iterations(1);
BENCHMARK(AssembleChunks)->Apply(ByChunks)->Apply(Timed);

void RenderOne(benchmark::State& state, Shape shape) {
  CardRender render(shape);
  if (const Status planned = render.Plan(); !planned) {
    return state.SkipWithError(planned.error().message.c_str());
  }
  Time(state, render, &CardRender::RenderAll);
}

void Frames(benchmark::State& state) {
  RenderOne(state, {.width = 320, .height = 180, .frames = state.range(0)});
}
BENCHMARK(Frames)->ArgName("frames")->RangeMultiplier(4)->Range(30, 7680)->Apply(Timed);

// A 16:9 card of that height; what counts is the number of pixels.
void Size(benchmark::State& state) {
  const int height = static_cast<int>(state.range(0));
  RenderOne(state, {.width = height * 16 / 9, .height = height, .frames = 16});
  state.counters["pixels"] = static_cast<double>(height) * height * 16 / 9;
}
BENCHMARK(Size)->ArgName("height")->Arg(180)->Arg(360)->Arg(720)->Arg(1080)->Arg(2160)->Apply(
    Timed);

}  // namespace
}  // namespace hyperlocal
